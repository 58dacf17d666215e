import { relu } from "@metrigrad/graph";
import { kfacMetrics, standardMetrics } from "@metrigrad/metric";
import { batchNorm, categorical, dense, dropout, sequential } from "@metrigrad/nn";
import { adam, type Optimizer, rngd, sgd } from "@metrigrad/optim";
import { reference, type Tensor } from "@metrigrad/tensor";
import test from "tape";
import { type FitOptions, fit } from "../../src/index.ts";
import { toyData, toyModel } from "../toy.ts";
import { localRanks } from "./localRanks.ts";

const likelihood = categorical();

async function trained(
  model: () => ReturnType<typeof toyModel>,
  options: Partial<FitOptions> & { readonly optimizer: Optimizer },
) {
  const run = fit(model(), {
    data: toyData(),
    likelihood,
    batchSize: 10,
    epochs: 3,
    seed: 7,
    backend: reference,
    ...options,
  } as FitOptions);
  const history = await run.finish();
  const { store } = run;
  const names = store.variables.filter(({ spec }) => spec.role !== "data");
  const values = new Map<string, Tensor>();
  for (const { path } of names) values.set(path, await store.read(path));
  const tested = await run.test();
  await run.close();
  return { history, values, tested };
}

function far(a: ReadonlyMap<string, Tensor>, b: ReadonlyMap<string, Tensor>): number {
  let largest = 0;
  for (const [path, one] of a) {
    const other = (b.get(path) as Tensor).data();
    one.data().forEach((value, at) => {
      largest = Math.max(largest, Math.abs(value - (other[at] as number)) / (1 + Math.abs(value)));
    });
  }
  return largest;
}

const deep = () =>
  sequential(
    dense(2, 6, { activation: relu }),
    batchNorm(6),
    dropout(0.3),
    dense(6, 5, { activation: relu }),
    batchNorm(5),
    dense(5, 3),
  ) as unknown as ReturnType<typeof toyModel>;

/** The inputs of the second layer are more than the rows of a batch. */
const wide = () =>
  sequential(dense(2, 60, { activation: relu }), dense(60, 3)) as unknown as ReturnType<
    typeof toyModel
  >;

const cases: readonly (readonly [string, () => Optimizer, () => ReturnType<typeof toyModel>])[] = [
  ["sgd", () => sgd({ learningRate: 0.1 }), toyModel],
  ["adam", () => adam(), toyModel],
  ["rngd", () => rngd(), toyModel],
  ["rngd.paper", () => rngd.paper(), toyModel],
  [
    "rngd with K-FAC rows",
    () => rngd({ metrics: kfacMetrics(), relative: 0.1, learningRate: 0.05 }),
    toyModel,
  ],
  [
    "rngd with more inputs than rows",
    () => rngd({ metrics: standardMetrics, relative: 1e-3 }),
    wide,
  ],
  ["rngd with averages", () => rngd({ over: { average: 0.9, every: 2 } }), toyModel],
  ["sgd with batch statistics and dropout", () => sgd({ learningRate: 0.1 }), deep],
  ["rngd with batch statistics and dropout", () => rngd(), deep],
];
for (const [name, optimizer, model] of cases) {
  test(`${name}: n ranks do what one does with the n-fold batch`, async (t) => {
    const alone = await trained(model, { optimizer: optimizer(), batchSize: 20 });
    const together = await Promise.all(
      localRanks(2).map((distributed) =>
        trained(model, { optimizer: optimizer(), batchSize: 10, distributed }),
      ),
    );
    const [first, second] = together as [(typeof together)[0], (typeof together)[0]];
    t.equal(far(first.values, second.values), 0, "ranks end with the same state");
    const off = far(alone.values, first.values);
    t.ok(off < 1e-9, `one process is ${off} away`);
    const costs = (one: typeof alone) => one.history.map(({ trainCost }) => trainCost as number);
    const costOf = costs(first);
    for (const [at, cost] of costs(alone).entries()) {
      t.ok(Math.abs(cost - (costOf[at] as number)) < 1e-9, `cost ${cost}`);
    }
    t.ok(Math.abs(alone.tested.cost - first.tested.cost) < 1e-9);
    t.equal(alone.tested.accuracy, first.tested.accuracy);
  });
}
