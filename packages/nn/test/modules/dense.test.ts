import { constant, defElementwise, input, leakyRelu, type Node, tanh } from "@metrigrad/graph";
import { applyModel, dense } from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { evaluate, gap, numbers } from "../support/evaluate.ts";

const weights = [1, 2, 3, 4];
const x = constant(tensor([[1, -1]]));

test("dense: h = f(X̃W) with the bias in the last row", async (t) => {
  const init = () => weights;
  const linear = dense(2, 2, { init });
  t.ok(
    gap(await numbers(applyModel(linear, x).output, { owner: linear }), [-2, -2]) < 1e-15,
    "no activation",
  );
  const layer = dense(2, 2, { init, activation: tanh });
  const applied = applyModel(layer, x);
  const values = await numbers(applied.output, { owner: layer });
  t.ok(gap(values, [Math.tanh(-2), Math.tanh(-2)]) < 1e-15, "tanh");
  const [application] = applied.applications;
  const [t0, h0] = await evaluate(
    [application?.preActivation ?? x, (application?.response ?? x) as Node],
    {
      owner: layer,
    },
  );
  t.deepEqual([...(t0?.data() ?? [])], [-2, -2], "pre-activation");
  t.deepEqual([...(h0?.data() ?? [])], values, "response");
  t.equal(application?.reference, x);
});

test("dense: axes between the first and the last share the weights", async (t) => {
  const layer = dense(2, 2, { init: () => weights });
  const series = constant(
    tensor([
      [
        [1, -1],
        [0, 1],
        [2, 0],
      ],
    ]),
  );
  const { output } = applyModel(layer, series);
  t.deepEqual(output.shape, [1, 3, 2]);
  t.deepEqual(await numbers(output, { owner: layer }), [-2, -2, 3, 4, 2, 4]);
});

test("dense: its weight decays but for the bias row", (t) => {
  t.equal(dense(2, 2).params.w.decay, "all but the last row");
  t.equal(dense(2, 2).params.w.role, "parameter");
  t.end();
});

test("dense: an activation is an op, one of one's own, or a name", (t) => {
  t.equal(dense(2, 2, { activation: "tanh" }).options.activation, tanh);
  const own = defElementwise({ name: "own", f: "x*x" });
  t.equal(dense(2, 2, { activation: own }).options.activation, own);
  t.equal(dense(2, 2).options.activation, null);
  const message =
    /dense: activation must be an element-wise op of one value, or one of celu, elu, gelu, .*, softsign, tanh, got "?\S+"?; import it/;
  t.throws(() => dense(2, 2, { activation: "tahn" }), message);
  t.throws(() => dense(2, 2, { activation: "toString" }), message);
  t.throws(() => dense(2, 2, { activation: 3 as never }), message);
  t.throws(
    () => dense(2, 2, { activation: Math.tanh as never }),
    /dense: activation must be .*, got function tanh; /,
  );
  t.throws(
    () => dense(2, 2, { activation: leakyRelu as never }),
    /dense: activation must be .*, got function leakyRelu; .*call what makes one/,
  );
  t.throws(
    () => dense(2, 2, { activation: defElementwise({ name: "two", f: "x*y" }) as never }),
    /dense: activation must be/,
  );
  t.end();
});

test("dense: sizes and inputs that do not fit are refused", (t) => {
  for (const [inputs, outputs] of [
    [0, 1],
    [2, -1],
    [1.5, 2],
    [2, Number.NaN],
  ] as const) {
    t.throws(
      () => dense(inputs, outputs),
      /dense: inputs and outputs must be positive integers, got \S+; call dense\(inputs, outputs, \{ activation \}\)/,
    );
  }
  const layer = dense(3, 2);
  for (const shape of [[5, 2], [3], [5, 3, 1]]) {
    t.throws(
      () => applyModel(layer, input("x", shape)),
      /dense: its input must be \[n, 3\], or \[n, …, 3\], got \[[\d, ]+\]; check the sizes/,
    );
  }
  t.end();
});
