import { constant, input } from "@metrigrad/graph";
import { applyModel, dense, film, hyperDense } from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { gap } from "../support/evaluate.ts";
import { run, written } from "../support/written.ts";

const x = constant(
  tensor([
    [
      [1, 2],
      [3, 4],
    ],
    [
      [5, 6],
      [7, 8],
    ],
  ]),
);
const condition = constant(tensor([[1], [-2]]));
// γ = (1, 0)c + (0, 1) and β = (10, 20)c + (5, 6), so (2, …) of the first sample.
const modulation = [1, 0, 10, 20, 0, 1, 5, 6];

test("film: (1 + γ)x + β per feature, with γ and β of the condition", async (t) => {
  const module = film(2, 1);
  const { output } = applyModel(module, { x, condition });
  const [found = []] = await written(module, { w: modulation }, (store) => run(store, [output]));
  // First sample: γ = (1, 1), β = (15, 26); second: γ = (−2, 1), β = (−15, −34).
  t.deepEqual(found, [17, 30, 21, 34, -20, -22, -22, -18]);
});

test("film: features on another axis, and a network that makes the condition", async (t) => {
  const channels = film(2, 1, { axis: 1 });
  const { output } = applyModel(channels, { x, condition });
  const [found = []] = await written(channels, { w: modulation }, (store) => run(store, [output]));
  t.deepEqual(found, [17, 19, 32, 34, -20, -21, -20, -18]);
  const network = dense(1, 1);
  const both = film(2, 1, { network });
  const twice = applyModel(both, { x, condition });
  const values = { w: modulation, "network/w": [2, 1] };
  const [made = []] = await written(both, values, (store) => run(store, [twice.output]));
  // The conditions become 3 and −3.
  t.deepEqual(made.slice(0, 2), [1 * 4 + 35, 2 * 2 + 66]);
  t.deepEqual(
    twice.applications.map(({ path, uses }) => `${path}: ${uses.map(({ kind }) => kind)}`),
    ["network: affine", ": affine"],
  );
});

test("hyperDense: the weights of every sample are made of its condition", async (t) => {
  const module = hyperDense(2, 1, 1, { activation: "relu" });
  const { output } = applyModel(module, { x, condition });
  // W = (1, −1; bias 0)c + (0, 2; bias 0.5).
  const v = [1, -1, 0, 0, 2, 0.5];
  const [found = []] = await written(module, { v }, (store) => run(store, [output]));
  // First sample: t = x₁ + x₂ + 0.5; second: t = −2x₁ + 4x₂ + 0.5.
  t.deepEqual(found, [3.5, 7.5, 14.5, 18.5]);
  t.deepEqual(output.shape, [2, 2, 1]);
});

test("hyperDense: it begins as a dense layer that no condition changes", async (t) => {
  const module = hyperDense(2, 3, 4, { init: () => [1, 2, 3, 4, 5, 6] });
  const row = constant(tensor([[1, -1]]));
  const given = constant(tensor([[3, 1, 4, 1]]));
  const { output } = applyModel(module, { x: row, condition: given });
  const [found = []] = await written(module, {}, (store) => run(store, [output]));
  t.ok(gap(found, [-3, -3, -3]) < 1e-15);
});

test("film and hyperDense: what does not fit is refused", (t) => {
  t.throws(
    () => film(0, 1),
    /film: features and conditions must be positive integers, and axis an integer, got 0, 1 and -1; call/,
  );
  t.throws(
    () => applyModel(film(3, 1), { x, condition }),
    /film: x must be \[n, …\] with 3 features on axis -1, and the condition \[n, 1\], got \[2, 2, 2\] and \[2, 1\]; check/,
  );
  t.throws(() => applyModel(film(2, 2), { x, condition }), /and the condition \[n, 2\]/);
  t.throws(
    () => hyperDense(2, 1.5, 1),
    /hyperDense: inputs, outputs and conditions must be positive integers, got 2, 1.5, 1; call/,
  );
  t.throws(() => hyperDense(2, 1, 1, { activation: "tahn" }), /hyperDense: activation must be/);
  t.throws(
    () => applyModel(hyperDense(3, 1, 1), { x: input("x", [2, 2]), condition }),
    /hyperDense: x must be \[n, …, 3\], and the condition \[n, 1\], got \[2, 2\] and \[2, 1\]; check/,
  );
  t.end();
});
