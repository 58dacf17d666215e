import {
  categorical,
  gatherRows,
  type Module,
  type Node,
  type Optimizer,
  predict,
  type Store,
  type Tensor,
  tensor,
  uniformStream,
} from "metrigrad";
import { digits } from "../support/digits.ts";

/** Pictures with what they show, and others to judge by. */
export interface Task {
  readonly inputs: Tensor;
  readonly labels: Tensor;
  readonly heldBack: { readonly inputs: Tensor; readonly labels: Tensor };
  readonly seed: number;
}

/** What a task left: rows R of its Fisher information g = weight·R'R, and the parameters after it. */
export interface Kept {
  readonly rows: Tensor;
  readonly weight: number;
  readonly values: readonly Tensor[];
}

/** How a task is learned, and what of an old one is kept. */
export interface How {
  readonly optimizer: Optimizer;
  readonly steps: number;
  readonly kept: Kept | null;
}

/** Small digits, and the same with their pixels in another order. */
export async function tasks(rows: number, seed: number): Promise<readonly [Task, Task]> {
  const { images, labels } = await digits({ rows: rows + 1000, seed });
  const stream = uniformStream({ seed, path: "examples/continual" });
  const order = Array.from({ length: 64 }, (_, at) => at).sort(
    (a, b) => stream.uniform(a) - stream.uniform(b),
  );
  const part = (from: number, to: number, pixels: readonly number[]) => {
    const own = Int32Array.from({ length: to - from }, (_, at) => from + at);
    const chosen = gatherRows(images, own).toArray() as number[][];
    return {
      inputs: tensor(chosen.map((row) => pixels.map((pixel) => row[pixel] as number))),
      labels: gatherRows(labels, own),
    };
  };
  const task = (pixels: readonly number[], own: number): Task => ({
    ...part(0, rows, pixels),
    heldBack: part(rows, rows + 1000, pixels),
    seed: own,
  });
  const plain = Array.from({ length: 64 }, (_, at) => at);
  return [task(plain, seed), task(order, seed + 1)];
}

/** Fifty pictures of a task. */
export function batchOf({ inputs, labels, seed }: Task, turn: number) {
  const stream = uniformStream({ seed, path: "examples/continual/batch" });
  const rows = inputs.shape[0] as number;
  const chosen = Int32Array.from({ length: 50 }, (_, at) =>
    Math.floor(rows * stream.uniform(50 * turn + at)),
  );
  return { x: gatherRows(inputs, chosen), label: gatherRows(labels, chosen) };
}

/** The share of the pictures held back that a network knows. */
export async function accuracy(net: Module<Node, Node>, store: Store, { heldBack }: Task) {
  const guess = await predict(net, store, heldBack.inputs, { likelihood: categorical() });
  const right = heldBack.labels.data();
  return guess.data().filter((label, i) => label === right[i]).length / right.length;
}
