/** Steps of a model with copies of a module in one loop. */
import {
  fullMetrics,
  linearMetrics,
  type MetricTable,
  metrics,
  standardMetrics,
} from "@metrigrad/metric";
import { dense, type Module, repeat, sequential } from "@metrigrad/nn";
import { reference, tensor } from "@metrigrad/tensor";
import test from "tape";
import { constantSchedule, type RngdSettings, rngd } from "../../src/index.ts";
import { batchesOf, contextOf, gap, stepsOn } from "../problem.ts";

const [copies, size] = [3, 20];
const part = () => dense(4, 4, { activation: "tanh" });

const settings = { schedule: constantSchedule(), learningRate: 0.2, relative: 0.05, absolute: 0.1 };

/** Weights of all layers after every batch. */
async function weightsOf(model: Module, paths: readonly string[], table: RngdSettings) {
  const backend = await reference();
  const store = await backend.store(model, { seed: 1, float: "f64" });
  const values = Array.from({ length: copies * size }, (_, k) => 0.6 * Math.sin(3 * k + 1));
  for (const [at, path] of paths.entries()) {
    const shape = store.variables.find((one) => one.path === path)?.spec.shape ?? [];
    const own = paths.length === 1 ? values : values.slice(at * size, (at + 1) * size);
    await store.write(path, tensor(own, { shape }));
  }
  const last = store.variables.find(({ spec }) => spec.shape.join() === "5,3")?.path as string;
  await store.write(
    last,
    tensor(
      Float64Array.from({ length: 15 }, (_, k) => 0.5 * Math.cos(k)),
      { shape: [5, 3] },
    ),
  );
  await stepsOn(store, rngd({ ...settings, ...table }), contextOf(model, 0), batchesOf(4));
  const found: number[] = [];
  for (const path of [...paths, last]) found.push(...(await store.read(path)).data());
  await backend.close();
  return found;
}

const ways: Readonly<Record<string, readonly [MetricTable, RngdSettings]>> = {
  linear: [linearMetrics, {}],
  standard: [standardMetrics, { solver: "woodbury" }],
  "full, every second batch": [fullMetrics, { over: { every: 2 } }],
  "linear over a window": [linearMetrics, { over: { window: 2 } }],
  "standard, averaged": [standardMetrics, { over: { average: 0.5, every: 2 } }],
  "K-FAC": [metrics.kfac(), {}],
  "K-FAC, averaged": [metrics.kfac({ split: true }), { over: { average: 0.5, every: 1 } }],
  "diagonal, averaged": [metrics.diagonal(), { over: { average: 0.5, every: 1 } }],
};

for (const [name, [table, over]] of Object.entries(ways)) {
  test(`copies, ${name}: steps are those of the modules one after the other`, async (t) => {
    const loop = sequential(repeat(part(), copies), dense(4, 3)) as Module;
    const chain = sequential(part(), part(), part(), dense(4, 3)) as Module;
    const given = { metrics: table, ...over };
    const whole = await weightsOf(loop, ["repeat0/w"], given);
    const apart = await weightsOf(chain, ["dense0/w", "dense1/w", "dense2/w"], given);
    const off = gap(whole, apart);
    t.ok(off < 1e-10, String(off));
    t.equal(whole.length, copies * size + 15);
  });
}
