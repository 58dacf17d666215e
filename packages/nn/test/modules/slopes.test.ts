import { constant, grad, input, type Node, sum } from "@metrigrad/graph";
import { applyModel, prelu, swish } from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { gap } from "../support/evaluate.ts";
import { run, written } from "../support/written.ts";

const rows = [
  [2, -4],
  [-1, 0],
];
const x = constant(tensor(rows));
const images = constant(tensor([[[[-1, 2]], [[-2, -3]]]]));

test("prelu: x above 0, a·x below; 0.25 at first", async (t) => {
  const one = prelu();
  const { output, parameters } = applyModel(one, x);
  const slope = grad(sum(output), parameters[0]?.variable as Node);
  const [found = [], by = []] = await written(one, {}, (store) => run(store, [output, slope]));
  t.deepEqual(found, [2, -1, -0.25, 0]);
  t.deepEqual(by, [-5], "∂h/∂a = min(x, 0)");
  t.equal(one.params.a.decay, "none");
});

test("prelu: a slope per channel on axis 1, or where it is said", async (t) => {
  const channels = prelu(2);
  for (const [given, expected] of [
    [x, [2, -2, -0.1, 0]],
    [images, [-0.1, 2, -1, -1.5]],
  ] as const) {
    const { output } = applyModel(channels, given);
    const [found = []] = await written(channels, { a: [0.1, 0.5] }, (store) =>
      run(store, [output]),
    );
    t.ok(gap(found, expected) < 1e-15);
  }
  const last = prelu(2, { axis: -1, init: 0.5 });
  const { output } = applyModel(last, images);
  const [found = []] = await written(last, {}, (store) => run(store, [output]));
  t.deepEqual(found, [-0.5, 2, -1, -1.5]);
});

const sigm = (value: number) => 1 / (1 + Math.exp(-value));

test("swish: x·sigm(βx), β = 1 at first", async (t) => {
  const one = swish();
  const { output } = applyModel(one, x);
  const [found = []] = await written(one, {}, (store) => run(store, [output]));
  t.ok(
    gap(
      found,
      rows.flat().map((value) => value * sigm(value)),
    ) < 1e-15,
  );
  const both = swish(2);
  const [by = []] = await written(both, { beta: [0, 2] }, (store) =>
    run(store, [applyModel(both, x).output]),
  );
  t.ok(gap(by, [1, -4 * sigm(-8), -0.5, 0]) < 1e-15);
});

test("prelu and swish: what does not fit is refused", (t) => {
  for (const [name, make] of Object.entries({ prelu, swish })) {
    t.throws(
      () => make(0),
      new RegExp(
        `${name}: features must be a positive integer, axis an integer and init finite, got 0, 1 and`,
      ),
    );
    t.throws(() => make(1, { init: Number.NaN }), new RegExp(`${name}: features must be`));
    t.throws(
      () => applyModel(make(3), input("x", [4, 2])),
      new RegExp(`${name}: its input must have 3 channels on axis 1, got \\[4, 2\\]; pass`),
    );
  }
  t.end();
});
