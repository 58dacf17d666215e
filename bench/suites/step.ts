import {
  adam,
  batchNorm,
  categorical,
  cpu,
  type DataSet,
  dataSet,
  dense,
  fit,
  gatherRows,
  mnist,
  momentum,
  type Optimizer,
  type Run,
  relu,
  rngd,
  type Split,
  sequential,
  sgd,
} from "metrigrad";
import { median } from "../measure.ts";
import type { Result } from "../result.ts";

const plain = () =>
  sequential(
    dense(784, 80, { activation: relu }),
    dense(80, 80, { activation: relu }),
    dense(80, 80, { activation: relu }),
    dense(80, 10),
  );
const normalised = () =>
  sequential(
    dense(784, 80, { activation: relu }),
    batchNorm(80),
    dense(80, 80, { activation: relu }),
    batchNorm(80),
    dense(80, 80, { activation: relu }),
    batchNorm(80),
    dense(80, 10),
  );

const optimizers: Readonly<Record<string, Optimizer>> = {
  sgd: sgd(),
  momentum: momentum(),
  adam: adam(),
  rngd: rngd(),
  "rngd-paper": rngd.paper(),
};

/**
 * Training steps per second of the paper's network, 784-80-80-80-10, batch 50, on MNIST, with the
 * guard and everything else that `fit` does; the peer of each optimizer is SGD in the same run.
 */
export async function step(): Promise<Result[]> {
  const data = await mnist();
  const backend = await cpu();
  const likelihood = categorical();
  const results: Result[] = [];
  for (const [arch, make] of Object.entries({ plain, bna: normalised })) {
    const rates = await ratesOf((optimizer) =>
      fit(make(), {
        data: small(data),
        likelihood,
        optimizer,
        batchSize: 50,
        epochs: 8,
        seed: 1,
        backend,
        l2: 1e-3,
      }),
    );
    for (const name of Object.keys(optimizers)) {
      results.push({
        suite: "step",
        case: `${arch} ${name}`,
        unit: "steps/s",
        better: "higher",
        ours: rates[name] ?? 0,
        peers: { sgd: rates.sgd ?? 0 },
        ratio: { sgd: (rates[name] ?? 0) / (rates.sgd ?? 1) },
      });
    }
  }
  await backend.close();
  return results;
}

/** Fewer rows: an epoch is then 200 steps, and judging it takes little time. */
function small(data: DataSet): DataSet {
  const first = ({ inputs, targets }: Split, n: number) => {
    const rows = Array.from({ length: n }, (_, i) => i);
    return { inputs: gatherRows(inputs, rows), targets: gatherRows(targets, rows) };
  };
  return dataSet({
    ...data,
    train: first(data.train, 10000),
    valid: first(data.valid, 100),
    test: first(data.test, 100),
  });
}

/** Median steps per second of epochs 2 to 8 of each optimizer, their epochs interleaved. */
async function ratesOf(begin: (optimizer: Optimizer) => Run): Promise<Record<string, number>> {
  const runs = Object.entries(optimizers).map(([name, optimizer]) => ({
    name,
    run: begin(optimizer),
  }));
  const iterators = runs.map(({ run }) => run[Symbol.asyncIterator]());
  const rates = runs.map((): number[] => []);
  for (let epoch = 0; epoch < 8; epoch++) {
    for (const [index, iterator] of iterators.entries()) {
      const { value } = await iterator.next();
      if (epoch > 0) rates[index]?.push(value.stepsPerSecond);
    }
  }
  for (const { run } of runs) await run.close();
  return Object.fromEntries(runs.map(({ name }, index) => [name, median(rates[index] ?? [])]));
}
