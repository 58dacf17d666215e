/** Slices and their pullbacks move each number once, whatever the number of slices. */
import { checkPlan, type Plan, sizeOf, stepViews } from "@metrigrad/tensor";
import test from "tape";
import {
  type AxisRange,
  add,
  grad,
  input,
  matmul,
  mul,
  type Node,
  pad,
  planOf,
  reshape,
  slice,
  square,
  sum,
  tanh,
  topological,
  vmap,
} from "../../src/index.ts";
import { differences, evaluate, gap } from "../evaluate.ts";

/** Elements that the steps of a plan read and write together. */
function moved(plan: Plan): number {
  const views = plan.steps.flatMap((step) => {
    const { reads, writes } = stepViews(step);
    return [...reads, ...writes];
  });
  return views.reduce((total, { shape }) => total + sizeOf(shape), 0);
}

/** The gradient of a sum over T steps of a sequence [T, 8, 16], each of which takes its slice. */
function sequence(length: number): { plan: Plan; nodes: number } {
  const x = input("x", [length, 8, 16]);
  const [w, u] = [input("w", [16, 16]), input("u", [16, 16])];
  const hidden = tanh(matmul(reshape(x, [length * 8, 16]), w));
  const all = reshape(hidden, [length, 8, 16]);
  let state: Node = input("state", [8, 16]);
  for (let t = 0; t < length; t++) {
    state = tanh(add(matmul(state, u), reshape(slice(all, [[t, t + 1]]), [8, 16])));
  }
  const outputs = [grad(sum(state), x)];
  const { plan } = planOf({ outputs, updates: [], float: "f32" });
  checkPlan(plan);
  return { plan, nodes: topological(outputs).length };
}

test("slices: a sequence taken apart costs what its length says", (t) => {
  const [short, long] = [sequence(50), sequence(100)];
  t.ok(long.plan.arenaBytes <= 2.2 * short.plan.arenaBytes, `${long.plan.arenaBytes} bytes`);
  t.ok(long.plan.steps.length <= 2.2 * short.plan.steps.length, `${long.plan.steps.length} steps`);
  t.ok(moved(long.plan) <= 2.2 * moved(short.plan), `${moved(long.plan)} elements`);
  t.ok(long.nodes <= 2.2 * short.nodes, `${long.nodes} nodes`);
  t.notOk(
    long.plan.steps.some(({ kind }) => kind === "copy"),
    "the parts of the gradient are computed in place",
  );
  t.end();
});

type Ranges = readonly (AxisRange | null)[];
const cuts: Record<string, readonly Ranges[]> = {
  "side by side": [[[0, 2]], [[2, 5]], [[5, 6]]],
  "with gaps": [[[1, 2]], [[4, 6]]],
  overlapping: [[[0, 4]], [[2, 6]], [[3, 5]]],
  "one several times": [[[1, 3]], [[1, 3]], [[0, 6]]],
  strided: [[[0, 6, 2]], [[1, 6, 2]]],
  reversed: [[[0, 6, -1]], [null, [0, 5, -1]]],
  "reversed halves": [[[0, 3, -1]], [[3, 6, -1]]],
  "backwards in steps": [
    [[0, 6, -2]],
    [
      [1, 5, -3],
      [1, 4],
    ],
    [[0, 4]],
  ],
  "strided and not": [
    [[0, 6, 2]],
    [[1, 4]],
    [
      [4, 6],
      [1, 5, 3],
    ],
  ],
  "boxes like a chessboard": [
    [
      [0, 3],
      [0, 2],
    ],
    [
      [3, 6],
      [2, 5],
    ],
  ],
  "a pinwheel": [
    [
      [0, 2],
      [0, 3],
    ],
    [
      [0, 4],
      [3, 5],
    ],
    [
      [4, 6],
      [2, 5],
    ],
    [
      [2, 6],
      [0, 2],
    ],
  ],
  patches: [0, 1, 2].flatMap((i) =>
    [0, 1, 2].map(
      (j): Ranges => [
        [i, i + 4],
        [j, j + 3],
      ],
    ),
  ),
  "with nothing": [[[2, 2]], [[0, 3]], [[3, 6]]],
};

test("slices: gradients of any slices equal differences, and can be differentiated again", async (t) => {
  const x0 = Float64Array.from({ length: 30 }, (_, i) => Math.sin(1 + 1.3 * i));
  const x = input("x", [6, 5]);
  for (const [name, parts] of Object.entries(cuts)) {
    const f = (z: Node) =>
      parts
        .map((ranges, k) => sum(mul(k + 1, tanh(mul(slice(z, ranges), slice(z, ranges))))))
        .reduce((a, b) => add(a, b));
    const first = grad(f(x), x);
    const second = grad(sum(mul(first, square(x))), x);
    const at = async (nodes: Node[], value: Float64Array) => {
      const rows = Array.from({ length: 6 }, (_, i) => [...value.subarray(5 * i, 5 * i + 5)]);
      return (await evaluate(nodes, { x: rows })).map((found) => found.data() as Float64Array);
    };
    const [g, h] = await at([first, second], x0);
    const value = f(x);
    const [slope] = await differences(async (v) => (await at([value], v))[0] as Float64Array, x0);
    t.ok(gap(g as Float64Array, slope as number[]) < 1e-8, `${name}: first derivatives`);
    const probe = sum(mul(first, square(x)));
    const [again] = await differences(async (v) => (await at([probe], v))[0] as Float64Array, x0);
    t.ok(gap(h as Float64Array, again as number[]) < 1e-7, `${name}: second derivatives`);
    const many = vmap((z) => grad(f(z), z))(input("many", [2, 6, 5]));
    const rows = Array.from({ length: 6 }, (_, i) => [...x0.subarray(5 * i, 5 * i + 5)]);
    const [both] = await evaluate([many], { many: [rows, rows] });
    t.ok(
      gap(both?.data() as Float64Array, [...(g as Float64Array), ...(g as Float64Array)]) < 1e-12,
      `${name}: batched`,
    );
  }
});

test("slices: what several parts share does not change where it is read", async (t) => {
  const x = input("x", [4]);
  // The cotangent of the first slice is an output too, and the second is added beside it.
  const a = slice(x, [[0, 3]]);
  const b = slice(x, [[1, 4]]);
  const loss = add(sum(mul(a, square(a))), sum(square(b)));
  const [ga, gx] = [grad(loss, a), grad(loss, x)];
  const [va, vx] = await evaluate([ga, gx], { x: [1, 2, 3, 4] });
  t.deepEqual(va?.toArray(), [3, 12, 27]);
  t.deepEqual(vx?.toArray(), [3, 16, 33, 8]);
  const [nested] = await evaluate([pad(pad(a, [[1, 1]]), [[0, 2]])], { x: [1, 2, 3, 4] });
  t.deepEqual(nested?.toArray(), [0, 1, 2, 3, 0, 0, 0]);
});
