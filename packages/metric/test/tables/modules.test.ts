/** Rows of kinds of modules on positions and in repeated calls, beside what automatic differentiation gives. */
import { type Node, slice, squeeze, stack } from "@metrigrad/graph";
import {
  autoMetric,
  explain,
  fullMetrics,
  linearMetrics,
  type MetricTable,
  metrics,
  partition,
  standardMetrics,
} from "@metrigrad/metric";
import {
  type AnyDefinition,
  type AnyModule,
  categorical,
  defModule,
  dense,
  film,
  fourierFeatures,
  gaussian,
  gaussianProcessFeatures,
  hyperDense,
  independent,
  mixtureOfExperts,
  prelu,
  radialBasis,
  sequential,
  spectralNorm,
  swish,
  weightNorm,
} from "@metrigrad/nn";
import { sizeOf, type Tensor, type Tree, tensor } from "@metrigrad/tensor";
import { Matrix } from "ml-matrix";
import test from "tape";
import { denseBlocks } from "../support/dense.ts";
import { matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";

const [n, T, d] = [4, 3, 2] as const;
const series = tensor(Float64Array.from(matrixOf("series", n * T, d).to1DArray()), {
  shape: [n, T, d],
});
const condition = tensor(Float64Array.from(matrixOf("condition", n, 3).to1DArray()), {
  shape: [n, 3],
});
const both = { x: series, condition };
const tanh = { activation: "tanh" } as const;
const last = { axis: -1 } as const;

/** A small module of every kind that has a row, and its input [n, T, d]. */
const cases: Readonly<Record<string, readonly [module: AnyModule, inputs: Tree<Tensor>]>> = {
  film: [film(d, 3), both],
  "film, axis 1": [film(T, 3, { axis: 1 }), both],
  fourierFeatures: [fourierFeatures(d, 3, { trainable: true }), series],
  hyperDense: [hyperDense(d, 2, 3), both],
  "hyperDense, tanh": [hyperDense(d, 2, 3, tanh), both],
  mixtureOfExperts: [mixtureOfExperts(d, { count: 3, make: () => dense(d, 2) }), series],
  "mixtureOfExperts, one of all": [
    mixtureOfExperts(d, { count: 3, make: () => dense(d, 2) }, { top: 1 }),
    series,
  ],
  prelu: [prelu(d, last), series],
  "prelu, one slope": [prelu(), series],
  radialBasis: [radialBasis(d, 3), series],
  spectralNorm: [spectralNorm(d, 3), series],
  swish: [swish(d, last), series],
  "swish, one β": [swish(), series],
  weightNorm: [weightNorm(d, 3), series],
};

const definitionOf = ({ definition }: AnyModule) => definition as AnyDefinition;

/** The blocks of a model at values that depend on a parameter's path inside of `prefix` alone. */
function blocksOf(model: AnyModule, x: Tree<Tensor>, table: MetricTable, prefix = "") {
  const values = model.variables.map(({ path, spec }) => {
    return [path, matrixOf(path.slice(prefix.length), sizeOf(spec.shape), 1, 0.7)] as const;
  });
  return denseBlocks(model, { x, metrics: table, values: Object.fromEntries(values) });
}

const sameBlock = (got: Matrix | undefined, expected: Matrix) =>
  gap(got?.to1DArray() ?? [], expected.to1DArray()) < 1e-12;

for (const [name, [module, x]] of Object.entries(cases)) {
  test(`${name}: positions of a sample add up, as by automatic differentiation`, async (t) => {
    // A law that is known takes the place of a neuron's own.
    const law = independent(gaussian(), 1);
    const byRow = await denseBlocks(module, { x, metrics: fullMetrics, likelihood: law });
    const exact = metrics(autoMetric(definitionOf(module), { law })).orPlain();
    const expected = await denseBlocks(module, { x, metrics: exact });
    t.ok(Object.keys(expected).length > 0);
    for (const [block, matrix] of Object.entries(expected)) {
      t.ok(matrix.trace() > 1e-3, `${block}: it is not 0`);
      t.ok(sameBlock(byRow[block], matrix), block);
    }
  });
}

/** A module that calls another one at every position of its input, one after the other. */
const positions = defModule({
  name: "positions",
  options: (inner: AnyModule) => ({ inner }),
  children: ({ inner }) => ({ inner }),
  apply: (_, x: never, { options, call }): Node => {
    const { series: all, condition: c } = asSeries(x);
    const at = (tau: number) => squeeze(slice(all, [null, [tau, tau + 1]]), 1);
    const input = (tau: number) => (c === null ? at(tau) : { x: at(tau), condition: c });
    const made = Array.from({ length: T }, (_, tau) =>
      call(options.inner as never, input(tau) as never),
    );
    return stack(made as Node[], 1);
  },
});

const asSeries = (x: Node | { readonly x: Node; readonly condition: Node }) =>
  "op" in x ? { series: x, condition: null } : { series: x.x, condition: x.condition };

for (const [name, [module, x]] of Object.entries(cases)) {
  // Channels on axis 1 are positions here.
  if (name.includes("axis 1")) continue;
  test(`${name}: called T times it has the metric of one call, and of folded rows`, async (t) => {
    // By the linear layer's row a condition is a response of its own, once in every call.
    const conditioned = "condition" in x;
    for (const table of conditioned
      ? [fullMetrics]
      : [linearMetrics, standardMetrics, fullMetrics]) {
      const once = await blocksOf(module, x, table);
      const turns = await blocksOf(positions(module as never) as never, x, table, "inner/");
      const named = Object.entries(turns).map(([path, block]) => [
        path.replaceAll("inner/", ""),
        block,
      ]);
      t.deepEqual(named.map(([path]) => path).sort(), Object.keys(once).sort());
      for (const [path, block] of named as [string, Matrix][]) {
        t.ok(sameBlock(block, once[path] as Matrix), `${table.name}: ${path}, T calls`);
      }
      if (!("shape" in x)) continue;
      const folded = tensor(Float64Array.from((x as Tensor).data()), { shape: [n * T, d] });
      const rows = await blocksOf(module, folded, table);
      for (const [path, block] of Object.entries(once)) {
        // A mean over n·T samples in the place of n.
        const scaled = Matrix.mul(rows[path] as Matrix, T);
        t.ok(sameBlock(block, scaled), `${table.name}: ${path}, folded`);
      }
    }
  });
}

test("the last layer's own block is that of the whole model, for every parametrisation", async (t) => {
  const x = matrixOf("rows", 5, d);
  for (const top of [weightNorm(3, 2), spectralNorm(3, 2), radialBasis(3, 2)]) {
    const model = sequential(dense(d, 3, tanh), top);
    const place = { x, likelihood: categorical() };
    const own = await denseBlocks(model, { ...place, metrics: fullMetrics });
    const whole = await denseBlocks(model, { ...place, metrics: partition(model, [top]) });
    for (const [name, block] of Object.entries(whole)) {
      if (name.startsWith("dense")) continue;
      t.ok(block.trace() > 1e-3, name);
      t.ok(sameBlock(own[name], block), name);
    }
  }
});

test("random features: a linear layer on them has the metric of the whole model", async (t) => {
  const head = dense(6, 2);
  for (const features of [fourierFeatures(d, 3), gaussianProcessFeatures(d, 6)]) {
    const model = sequential(features, head);
    const place = { x: matrixOf("rows", 5, d), likelihood: categorical() };
    const own = await denseBlocks(model, { ...place, metrics: fullMetrics });
    const whole = await denseBlocks(model, { ...place, metrics: partition(model, "whole") });
    t.deepEqual(Object.keys(own), ["dense0/w"], "the features have no parameters");
    t.ok(sameBlock(own["dense0/w"], whole["dense0/w"] as Matrix));
  }
});

test("a module without a row is an error, and autoMetric tells what it costs", (t) => {
  const model = sequential(radialBasis(4, 6), dense(6, 2));
  const bare = metrics(
    ...linearMetrics.rows.filter(({ of }) => of !== definitionOf(radialBasis(1, 1))),
  );
  t.throws(
    () => explain(model, { batchSize: 8, metrics: bare }),
    /metric of radialBasis0: the table must have a row for radialBasis .*autoMetric\(radialBasis\)/,
  );
  const [shown] = explain(model, { batchSize: 8, metrics: bare.orPlain() }).rows;
  t.equal(shown?.form, "plain gradient");
  const closed = explain(model, { batchSize: 8, metrics: fullMetrics }).rows[0];
  const auto = explain(model, {
    batchSize: 8,
    metrics: bare.with(autoMetric(radialBasis)),
  }).rows[0];
  t.equal(closed?.form, "radialBasis");
  t.equal(auto?.source, "J'F_rJ by automatic differentiation");
  t.ok((auto?.build ?? 0) > (closed?.build ?? Number.POSITIVE_INFINITY), "its multiply-adds");
  t.ok((auto?.bytes ?? 0) > (closed?.bytes ?? Number.POSITIVE_INFINITY), "its bytes");
  t.end();
});
