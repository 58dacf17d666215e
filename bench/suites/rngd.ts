import {
  adam,
  type DataSet,
  momentum,
  type Optimizer,
  type Run,
  rngd as relative,
  sgd,
  standardMetrics,
} from "metrigrad";
import { median } from "../measure.ts";
import { mnistRun, shortMnist } from "../ours/mnistRun.ts";
import { bestOwn, type Ours } from "../ours/variants.ts";
import { type Result, resultOf } from "../result.ts";
import type { Session } from "../session.ts";

const optimizers: Readonly<Record<string, Optimizer>> = {
  sgd: sgd(),
  momentum: momentum(),
  adam: adam(),
  rngd: relative(),
  "rngd per neuron": relative({ metrics: standardMetrics }),
  "rngd per neuron kept 100": relative({ metrics: standardMetrics, over: { every: 100 } }),
  "rngd.paper": relative.paper(),
};

/**
 * Steps per second of `fit` on MNIST, batch 50, everything included, beside those of SGD in the same
 * run: 1/ratio is how many steps of SGD a step costs. On one thread, by the best of the backend's own kernels and with
 * the machine's linear algebra.
 */
export async function rngd(session: Session): Promise<Result[]> {
  const data = await shortMnist();
  const native = session.ours.find(({ variant }) => variant === "native");
  const results: Result[] = [];
  for (const ours of [bestOwn(session.ours), native]) {
    if (ours !== undefined) results.push(...(await besideSgd(ours, data, session)));
  }
  return results;
}

async function besideSgd(ours: Ours, data: DataSet, session: Session): Promise<Result[]> {
  const { rounds } = session.options;
  const results: Result[] = [];
  for (const arch of ["plain", "bna"] as const) {
    session.progress(`rngd ${arch} ${ours.variant}`);
    const setting = { data, backend: ours.backend, normalised: arch === "bna" };
    const begin = (optimizer: Optimizer) => mnistRun({ ...setting, optimizer, epochs: rounds + 1 });
    const rates = await ratesOf(begin, rounds);
    const { sgd: base = Number.NaN, ...others } = rates;
    const shared = { suite: "rngd", unit: "steps/s", better: "higher" } as const;
    const named = (name: string) => ({ ...shared, case: `${arch} ${name} ${ours.variant}` });
    results.push(resultOf({ ...named("sgd"), ours: base, peers: {} }));
    for (const [name, rate] of Object.entries(others)) {
      results.push(resultOf({ ...named(name), ours: rate, peers: { sgd: base } }));
    }
  }
  return results;
}

/** Median steps per second of all epochs but the first of each optimizer, their epochs interleaved. */
async function ratesOf(
  begin: (optimizer: Optimizer) => Run,
  rounds: number,
): Promise<Readonly<Record<string, number>>> {
  const runs = Object.entries(optimizers).map(([name, optimizer]) => {
    const run = begin(optimizer);
    return { name, run, epochs: run[Symbol.asyncIterator](), rates: [] as number[] };
  });
  for (let epoch = 0; epoch <= rounds; epoch++) {
    for (const { epochs, rates } of runs) {
      const { value } = await epochs.next();
      if (epoch > 0) rates.push(value.stepsPerSecond);
    }
  }
  for (const { run } of runs) await run.close();
  return Object.fromEntries(runs.map(({ name, rates }) => [name, median(rates)]));
}
