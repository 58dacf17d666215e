/** Stacked metrics where the graph branches, against J'F_rJ in plain JavaScript. */
import { add } from "@metrigrad/graph";
import { fullMetrics, metrics, stackedMetrics } from "@metrigrad/metric";
import {
  type AnyModule,
  categorical,
  defModule,
  dense,
  gaussian,
  joint,
  type RowLaw,
} from "@metrigrad/nn";
import { Matrix } from "ml-matrix";
import test from "tape";
import { denseBlocks, type Place, subsystemsOf } from "../support/dense.ts";
import { matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";
import { layer, slopes } from "../support/plain.ts";
import { softmaxInformation } from "../support/softmax.ts";

const n = 3;
const x = matrixOf("x", n, 2);
const tanh = { activation: "tanh" };
const first = matrixOf("first", 3, 3, 0.8);
const second = matrixOf("second", 4, 3, 0.8);
const third = matrixOf("third", 4, 2, 0.8);
const values = { "dense0/w": first, "dense1/w": second, "dense2/w": third };

/** Σ_r (1/n) Σ_s J'F_rJ of responses as functions of one weight; F at the response. */
function byHand(
  w: Matrix,
  responses: readonly {
    readonly of: (w: Matrix, row: Matrix) => number[];
    readonly information: (r: readonly number[]) => Matrix;
  }[],
): Matrix {
  const size = w.rows * w.columns;
  const total = Matrix.zeros(size, size);
  for (let s = 0; s < n; s++) {
    const row = x.getRowVector(s);
    for (const { of, information } of responses) {
      const at = (theta: readonly number[]) =>
        of(Matrix.from1DArray(w.rows, w.columns, [...theta]), row);
      const j = slopes(at, w.to1DArray());
      total.add(
        j
          .transpose()
          .mmul(information(at(w.to1DArray())))
          .mmul(j)
          .div(n),
      );
    }
  }
  return total;
}

const softmax = (t: readonly number[]) => softmaxInformation(t);
/** sech² t: tanh units respond with ±1. */
const signs = (t: readonly number[]) => Matrix.diag(t.map((one) => Math.cosh(one) ** -2));
const sum = (a: Matrix, b: Matrix) => Matrix.add(a, b);
const close = (got: Matrix | undefined, expected: Matrix) =>
  gap(got?.to1DArray() ?? [], expected.to1DArray()) < 1e-10;

/** o = C(h + f(h)), h of the first layer. */
const skip = defModule({
  name: "skip",
  options: () => [dense(2, 3, tanh), dense(3, 3, tanh), dense(3, 2)] as const,
  children: (layers) => layers,
  apply: (_, input, { options: [one, two, top], call }) => {
    const h = call(one, input);
    return call(top, add(h, call(two, h)));
  },
});

test("stackedMetrics: a skip connection ends a subsystem in both layers that read it", async (t) => {
  const model = skip();
  const place = { x, values, likelihood: categorical() };
  const hidden = (a: Matrix, row: Matrix) => layer(row, a, Math.tanh);
  const top = (a: Matrix, b: Matrix, row: Matrix) => {
    const h = hidden(a, row);
    return layer(sum(h, layer(h, b, Math.tanh)), third).to1DArray();
  };
  const responses = {
    inner: {
      of: (a: Matrix, row: Matrix) => layer(hidden(a, row), second).to1DArray(),
      information: signs,
    },
    outer: { of: (a: Matrix, row: Matrix) => top(a, second, row), information: softmax },
  };
  const two = await denseBlocks(model, { ...place, metrics: stackedMetrics() });
  t.ok(close(two["dense0/w"], byHand(first, [responses.inner, responses.outer])), "two layers");
  const last = { of: (b: Matrix, row: Matrix) => top(first, b, row), information: softmax };
  t.ok(close(two["dense1/w"], byHand(second, [last])), "the layer inside");
  const all = { ...place, metrics: stackedMetrics({ layers: Number.POSITIVE_INFINITY }) };
  const whole = await denseBlocks(model, all);
  t.ok(
    close(whole["dense0/w"], byHand(first, [responses.outer])),
    "all layers: the model's response alone",
  );
  t.ok(close(whole["dense1/w"], byHand(second, [last])));
  const three = await denseBlocks(model, { ...place, metrics: stackedMetrics({ layers: 3 }) });
  t.ok(
    close(three["dense0/w"], byHand(first, [responses.outer])),
    "three layers reach the output by both ways",
  );
  t.deepEqual(
    subsystemsOf(model, { ...place, metrics: stackedMetrics() })[0]
      ?.responses()
      .map(({ law }) => law.name)
      .sort(),
    ["bernoulli{-1, 1}", "categorical"],
  );
});

/** Class scores and values of one trunk. */
const heads = defModule({
  name: "heads",
  options: () => [dense(2, 3, tanh), dense(3, 3), dense(3, 2)] as const,
  children: (layers) => layers,
  apply: (_, input, { options: [trunk, one, two], call }) => {
    const h = call(trunk, input);
    return { one: call(one, h), two: call(two, h) };
  },
});

test("stackedMetrics: a trunk under two heads has the information of both responses", async (t) => {
  const law = joint({ one: categorical(), two: gaussian({ sigma: 0.5 }) });
  const model = heads();
  const to = (w: Matrix) => (a: Matrix, row: Matrix) =>
    layer(layer(row, a, Math.tanh), w).to1DArray();
  const expected = byHand(first, [
    { of: to(second), information: softmax },
    { of: to(third), information: () => Matrix.eye(2).mul(4) },
  ]);
  for (const layers of [2, Number.POSITIVE_INFINITY]) {
    const place: Place = { x, values, likelihood: law, metrics: stackedMetrics({ layers }) };
    const blocks = await denseBlocks(model, place);
    t.ok(close(blocks["dense0/w"], expected), `${layers} layers`);
  }
  // Without a likelihood each head responds by its own row.
  const alone = await denseBlocks(model, { x, values, metrics: stackedMetrics() });
  const linear = byHand(first, [
    { of: to(second), information: () => Matrix.eye(3) },
    { of: to(third), information: () => Matrix.eye(2) },
  ]);
  t.ok(close(alone["dense0/w"], linear), "without a likelihood");
});

/** A layer, or two, whose value nothing reads. */
const idle = (depth: 1 | 2) =>
  defModule({
    name: "idle",
    options: () => [dense(2, 3, tanh), dense(3, 3, tanh), dense(2, 2)] as const,
    children: ([one, two, top]) => (depth === 1 ? [one, top] : [one, two, top]),
    apply: (_, input, { options: [one, two, top], call }) => {
      const h = call(one, input);
      if (depth === 2) call(two, h);
      return call(top, input);
    },
  })() as AnyModule;

test("stackedMetrics: layers that do not reach the output keep their own form", async (t) => {
  for (const depth of [1, 2] as const) {
    for (const likelihood of [null, categorical() as RowLaw]) {
      const model = idle(depth);
      const metrics_ = stackedMetrics({ layers: Number.POSITIVE_INFINITY });
      const place = { x, ...(likelihood === null ? {} : { likelihood }) };
      const blocks = await denseBlocks(model, { ...place, metrics: metrics_ });
      const own = await denseBlocks(model, { ...place, metrics: fullMetrics });
      t.equal(Object.keys(blocks).length, depth + 1);
      if (likelihood !== null)
        for (const [path, block] of Object.entries(own))
          t.ok(close(blocks[path], block), `${depth}, ${path}`);
    }
  }
});

test("approximations: a layer that does not reach the output has a block of zeros", async (t) => {
  const blocks = await denseBlocks(idle(1), {
    x,
    likelihood: categorical(),
    metrics: metrics.kfac(),
  });
  t.equal(blocks["dense0/w"]?.norm(), 0);
  t.ok((blocks["dense1/w"]?.norm() ?? 0) > 0.1);
});
