/**
 * Continual learning with the metric as a penalty (Kirkpatrick et al. 2017, elastic weight consolidation): a network that knows small digits learns
 * them with their pixels in another order. By the loss of the new task alone it forgets; ½λδ'gδ with the Fisher information g of the old task keeps it
 * where the old task does not change. Here g is the whole matrix, as its rows R with g = R'R/n; their authors take its diagonal.
 *
 * Run it: `npx tsx examples/continual/continual.ts`
 */
import {
  adam,
  add,
  categorical,
  concat,
  constant,
  cpu,
  dense,
  fisher,
  gatherRows,
  matmul,
  mul,
  neg,
  reshape,
  rngd,
  type Store,
  sequential,
  square,
  sub,
  sum,
  type Tensor,
  tanh,
  trainingStep,
  variableOf,
} from "metrigrad";
import { isMain, print, type Settings } from "../support/settings.ts";
import { accuracy, batchOf, type How, type Kept, type Task, tasks } from "./tasks.ts";

// #region model
const net = sequential(dense(64, 32, { activation: tanh }), dense(32, 10));

/** Learns a task, with the old one's penalty if there is one. */
async function learn(store: Store, task: Task, { optimizer, steps, kept }: How) {
  const step = await trainingStep(store, {
    feeds: { x: [50, 64], label: { shape: [50], type: "i32" } },
    optimizer,
    steps,
    resume: false,
    loss: ({ x, label }, { apply, observe }) => {
      const cost = neg(observe(apply(net, x), categorical(), label));
      if (kept === null) return cost;
      const moved = net.variables.map(({ spec }, at) =>
        reshape(sub(variableOf(spec), constant(kept.values[at] as Tensor)), [1, -1]),
      );
      const along = matmul(concat(moved, 1), constant(kept.rows), { transposeB: true });
      return add(cost, mul(sum(square(along)), 0.5 * kept.weight * strength));
    },
  });
  for (let at = 0; at < steps; at++) await step.advance(batchOf(task, at));
  await step.close();
}

/** λ: how many times as much the old task counts as one look at it. */
const strength = 5;

export async function train({ size, optimizer, backend, seed }: Settings) {
  const [first, second] = await tasks(Math.round(3000 * size), seed);
  const steps = Math.round(300 * size);
  const results: number[][] = [];
  for (const keeping of [false, true]) {
    const store = await backend.store(net, { seed });
    await learn(store, first, { optimizer, steps, kept: null });
    const before = await accuracy(net, store, first);
    const kept = keeping ? await keep(store, first) : null;
    await learn(store, second, { optimizer, steps, kept });
    results.push([before, await accuracy(net, store, first), await accuracy(net, store, second)]);
    await store.close();
  }
  // #endregion
  const [plain = [], kept = []] = results;
  return {
    "first task, learned": plain[0] ?? 0,
    "first task after the second": plain[1] ?? 0,
    "first task after the second, kept": kept[1] ?? 0,
    "second task": plain[2] ?? 0,
    "second task, kept": kept[2] ?? 0,
  };
}

/** The Fisher information of a task on 300 of its pictures, as rows, and where it is. */
async function keep(store: Store, { inputs }: Task): Promise<Kept> {
  const some = gatherRows(
    inputs,
    Int32Array.from({ length: 300 }, (_, row) => row),
  );
  const g = await fisher(net, some, { store, likelihood: categorical() });
  const found = await g.toRows();
  await g.close();
  const values = await Promise.all(net.variables.map(({ spec }) => store.read(spec)));
  return { ...found, values };
}

export const optimizers = {
  adam: adam({ learningRate: 0.003 }),
  rngd: rngd(),
};

if (isMain(import.meta.url)) {
  const backend = await cpu();
  print(await train({ size: 1, optimizer: optimizers.rngd, backend, seed: 1 }));
  await backend.close();
}
