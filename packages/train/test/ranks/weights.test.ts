import { relu, square, sub, sum } from "@metrigrad/graph";
import { batchNorm, dense, sequential } from "@metrigrad/nn";
import { sgd } from "@metrigrad/optim";
import { type Communicator, reference, tensor } from "@metrigrad/tensor";
import test from "tape";
import { trainingStep } from "../../src/index.ts";
import { localRanks } from "./localRanks.ts";

const rows = 8;
const points = Float64Array.from({ length: 3 * rows }, (_, at) => Math.sin(at * 1.3));

/** Trains three steps on the rows from `from` to `to`, and returns all values of the store. */
async function trained(
  weights: readonly number[],
  [from, to]: readonly [number, number],
  distributed: Communicator | null,
): Promise<number[]> {
  const model = sequential(dense(3, 6, { activation: relu }), batchNorm(6), dense(6, 1));
  const store = await (await reference()).store(model, { seed: 5 });
  const n = to - from;
  const step = await trainingStep(store, {
    optimizer: sgd({ learningRate: 0.1 }),
    feeds: { x: [n, 3], w: [n] },
    loss: ({ x }, { apply }) => {
      const wanted = sum(x, { axis: 1, keepDims: true });
      return sum(square(sub(apply(model, x), wanted)), { axis: 1 });
    },
    weights: ({ w }) => w,
    ...(distributed === null ? {} : { distributed }),
  });
  const x = tensor(points.slice(3 * from, 3 * to), { shape: [n, 3] });
  for (let at = 0; at < 3; at++) await step.run({ x, w: weights.slice(from, to) });
  await step.close();
  const values: number[] = [];
  for (const { path } of store.variables) values.push(...(await store.read(path)).data());
  return values;
}

for (const [name, weights] of [
  ["samples with weights", [1, 2, 0.5, 3, 1, 0, 2, 1]],
  ["a rank whose samples have no weight", [1, 2, 0.5, 3, 0, 0, 0, 0]],
] as const) {
  test(`statistics of a batch over ranks: ${name}`, async (t) => {
    const alone = await trained(weights, [0, rows], null);
    const half = rows / 2;
    const together = await Promise.all(
      localRanks(2).map((one, rank) => trained(weights, [rank * half, (rank + 1) * half], one)),
    );
    t.ok(alone.every(Number.isFinite));
    t.deepEqual(together[0], together[1]);
    const off = Math.max(...alone.map((value, at) => Math.abs(value - (together[0]?.[at] ?? 0))));
    t.ok(off < 1e-12, `one process is ${off} away`);
  });
}
