import { constant, grad, input, type Node, sum } from "@metrigrad/graph";
import { applyModel, dense, freeze, heNormal, spectralNorm, weightNorm } from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import { Matrix, SVD } from "ml-matrix";
import test from "tape";
import { gap } from "../support/evaluate.ts";
import { extrasOf, run, written } from "../support/written.ts";

const rows = [
  [1, -1],
  [0.5, 2],
];
const x = constant(tensor(rows));

test("weightNorm: columns of length g along v, with a bias", async (t) => {
  const module = weightNorm(2, 2, { activation: "tanh" });
  const { output } = applyModel(module, x);
  const values = { v: [3, 0, 4, -2, 0.5, 1], g: [10, 7] };
  const [found = []] = await written(module, values, (store) => run(store, [output]));
  // w₁ = 10 (0.6, 0.8), w₂ = 7 (0, −1).
  const expected = rows.flatMap(([a = 0, b = 0]) => [
    Math.tanh(6 * a + 8 * b + 0.5),
    Math.tanh(-7 * b + 1),
  ]);
  t.ok(gap(found, expected) < 1e-14);
});

test("weightNorm: it begins as the dense layer that init draws", async (t) => {
  for (const init of [undefined, heNormal]) {
    const settings = init === undefined ? {} : { init };
    const [normed, bare] = [weightNorm(3, 4, settings), dense(3, 4, settings)];
    const given = constant(tensor([[1, 2, -1]]));
    const [lengths = [], v = [], own = []] = await written(normed, {}, async (store) => {
      const read = async (path: string) => Array.from((await store.read(path)).data());
      const [h = []] = await run(store, [applyModel(normed, given).output]);
      return [await read("g"), await read("v"), h];
    });
    const columns = [0, 1, 2, 3].map((j) =>
      Math.hypot(...[0, 1, 2].map((i) => v[4 * i + j] as number)),
    );
    t.ok(gap(lengths, columns) < 1e-14, "g is the length of v");
    const [plain = []] = await written(bare, { w: v }, (store) =>
      run(store, [applyModel(bare, given).output]),
    );
    t.ok(gap(own, plain) < 1e-14);
  }
});

const w = [2, 0, 1, 1, -1, 3];
const singular = new SVD(new Matrix([w.slice(0, 2), w.slice(2, 4)])).diagonal[0] as number;

/** Training passes on a store, and what a module gives afterwards in a mode. */
async function turned(turns: number, mode: "train" | "infer" = "infer") {
  const module = spectralNorm(2, 2);
  const states = { w, left: [1, 0], right: [0.6, 0.8] };
  return written(module, states, async (store) => {
    for (let turn = 0; turn < turns; turn++) {
      await run(store, [], applyModel(module, x, { mode: "train" }).updates);
    }
    const applied = applyModel(module, x, { mode });
    const { sigma } = extrasOf<{ sigma: Node }>(applied);
    const [h = [], [s = 0] = []] = await run(store, [applied.output, sigma]);
    return { h, sigma: s };
  });
}

test("spectralNorm: σ is p'Wq, and a power iteration per training pass leads to the largest singular value", async (t) => {
  const first = await turned(0);
  // (1, 0) [[2, 0], [1, 1]] (0.6, 0.8)' = 1.2.
  t.ok(Math.abs(first.sigma - 1.2) < 1e-15, "inferring takes the states as they are");
  const [once, pass] = [await turned(1), await turned(0, "train")];
  // p = (1.2, 1.4)/|…| and σ = ‖W'p‖.
  const p = [1.2, 1.4].map((value) => value / Math.hypot(1.2, 1.4));
  const after = Math.hypot(2 * (p[0] as number) + (p[1] as number), p[1] as number);
  t.ok(Math.abs(once.sigma - after) < 1e-14);
  t.ok(Math.abs(pass.sigma - after) < 1e-14, "the pass itself has the vectors after its step");
  const many = await turned(30);
  t.ok(Math.abs(many.sigma - singular) < 1e-10);
  const expected = rows.flatMap(([a = 0, b = 0]) => [(2 * a + b) / singular - 1, b / singular + 3]);
  t.ok(gap(many.h, expected) < 1e-9, "the bias is not divided");
});

test("spectralNorm: it begins with the singular vectors of what init draws", async (t) => {
  const module = spectralNorm(5, 4);
  const [drawn, [sigma = 0] = []] = await written(module, {}, async (store) => {
    const row = constant(tensor(new Float64Array(5), { shape: [1, 5] }));
    const [s = []] = await run(store, [extrasOf<{ sigma: Node }>(applyModel(module, row)).sigma]);
    return [Array.from((await store.read("w")).data()), s] as const;
  });
  const largest = new SVD(Matrix.from1DArray(5, 4, drawn.slice(0, 20))).diagonal[0] as number;
  t.ok(Math.abs(sigma / largest - 1) < 1e-2, `${sigma} beside ${largest}`);
});

test("spectralNorm: vectors are constants in the gradient, and frozen where the module is", async (t) => {
  const module = spectralNorm(2, 2);
  const states = { w, left: [0.6, 0.8], right: [1, 0] };
  const { output, parameters } = applyModel(module, x);
  const slope = grad(sum(output), parameters[0]?.variable as Node);
  const [found = []] = await written(module, states, (store) => run(store, [slope]));
  // σ = 0.6·2 + 0.8 = 2; ∂σ/∂W has 0.6 and 0.8 in its first column.
  const sums = [1.5, 1];
  const inner = sums.flatMap((total) => [total / 2, total / 2]);
  const through = (1.5 * 2 + 1 * (1 + 1)) / 4;
  const expected = [
    (inner[0] as number) - 0.6 * through,
    inner[1] as number,
    (inner[2] as number) - 0.8 * through,
    inner[3] as number,
    2,
    2,
  ];
  t.ok(gap(found, expected) < 1e-14);
  t.deepEqual(applyModel(freeze(module), x, { mode: "train" }).updates, []);
});

test("weightNorm and spectralNorm: sizes and inputs that do not fit are refused", (t) => {
  for (const [name, make] of Object.entries({ weightNorm, spectralNorm })) {
    t.throws(
      () => make(0, 2),
      new RegExp(
        `${name}: inputs and outputs must be positive integers, got 0 and 2; call ${name}`,
      ),
    );
    t.throws(() => make(1, 2, { activation: "tahn" }), new RegExp(`${name}: activation must be`));
    t.throws(
      () => applyModel(make(3, 2), input("x", [4, 2])),
      new RegExp(`${name}: its input must be \\[n, 3\\], or \\[n, …, 3\\], got \\[4, 2\\]; check`),
    );
  }
  t.end();
});
