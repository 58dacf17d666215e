/** Mixtures of experts: rows that count by their gates, beside the whole model, enumerated choices and the host. */
import { add, mean, type Node, transpose } from "@metrigrad/graph";
import {
  fullMetrics,
  kfacMetrics,
  linearMetrics,
  linearRows,
  type MetricTable,
  metrics,
  paperMetrics,
  partition,
  stackedMetrics,
} from "@metrigrad/metric";
import {
  type AnyModule,
  defModule,
  dense,
  gaussian,
  independent,
  type MixtureSettings,
  type Module,
  mixtureOfExperts,
  sequential,
} from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import { Matrix } from "ml-matrix";
import test from "tape";
import { denseBlocks, subsystemsOf } from "../support/dense.ts";
import { augmented, matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";

const [n, d, E] = [6, 2, 3] as const;
const x = matrixOf("x", n, d);
const gate = matrixOf("gate", d + 1, E);
const weights = Array.from({ length: E }, (_, e) => matrixOf(`expert${e}`, d + 1, 1));
const values = {
  gate,
  ...Object.fromEntries(weights.map((w, e) => [`expert${e}/w`, w] as const)),
};
const likelihood = gaussian();

const mixtureOf = (settings: MixtureSettings = {}, make: () => Module = () => dense(d, 1)) =>
  mixtureOfExperts(d, { count: E, make }, settings);

/** The two largest gates of a row of logits, the soft-max over these. */
function gatesOf(logits: readonly number[]): number[] {
  const order = [...logits.keys()].sort((a, b) => (logits[b] as number) - (logits[a] as number));
  const chosen = new Set(order.slice(0, 2));
  const ups = logits.map((t, e) => (chosen.has(e) ? Math.exp(t) : 0));
  const total = ups.reduce((a, b) => a + b, 0);
  return ups.map((up) => up / total);
}

const gates = (rows: Matrix) => augmented(rows).mmul(gate).to2DArray().map(gatesOf);
const outer = (row: Matrix) => row.transpose().mmul(row);
const close = (got: Matrix | undefined, expected: Matrix, limit = 1e-12) =>
  gap(got?.to1DArray() ?? [], expected.to1DArray()) < limit;

/** The mean over samples of x̃x̃' times a weight. */
function weightedMean(weightOf: (s: number) => number): Matrix {
  const total = Matrix.zeros(d + 1, d + 1);
  for (let s = 0; s < n; s++) {
    total.add(outer(augmented(x).getRowVector(s)).mul(weightOf(s) / n));
  }
  return total;
}

/** The blocks on the diagonal of a matrix over several parameters, by name. */
function cornersOf(model: AnyModule, blocks: Readonly<Record<string, Matrix>>) {
  const [[names, whole]] = Object.entries(blocks) as [[string, Matrix]];
  const sizes = new Map(
    model.variables.map(({ path, spec }) => [path, spec.shape.reduce((a, b) => a * b, 1)]),
  );
  let begin = 0;
  const all = names.split(" + ").map((name) => {
    const end = begin + (sizes.get(name) as number);
    const part = whole.subMatrix(begin, end - 1, begin, end - 1);
    begin = end;
    return [name, part] as const;
  });
  return Object.fromEntries(all);
}

test("the sum: rows of an expert count by g², those of the gate by g(f − h)", async (t) => {
  const model = mixtureOf();
  const g = gates(x);
  t.ok(
    g.every((row) => row.filter((one) => one > 0).length === 2),
    "two experts each",
  );
  const f = augmented(x).mmul(new Matrix([0, 1, 2].map((a) => weights.map((w) => w.get(a, 0)))));
  for (const table of [linearMetrics, fullMetrics]) {
    const blocks = await denseBlocks(model, { x, metrics: table, values });
    for (let e = 0; e < E; e++) {
      const expected = weightedMean((s) => (g[s]?.[e] as number) ** 2);
      t.ok(close(blocks[`expert${e}/w`], expected), `${table.name}: expert ${e}`);
    }
  }
  const slopes = g.map((row, s) => {
    const h = row.reduce((sum, one, e) => sum + one * f.get(s, e), 0);
    return Matrix.rowVector(row.map((one, e) => one * (f.get(s, e) - h)));
  });
  const byHand = Array.from({ length: n }, (_, s) =>
    outer(augmented(x).getRowVector(s)).kroneckerProduct(outer(slopes[s] as Matrix)),
  ).reduce((a, b) => Matrix.add(a, b));
  const { gate: own } = await denseBlocks(model, { x, metrics: fullMetrics, values });
  t.ok(close(own, byHand.div(n)), "the gate");
});

test("the sum: every block is that of the whole model's Fisher information", async (t) => {
  for (const settings of [{}, { top: 1 }, { top: 3 }, { over: "all" }] as const) {
    const model = mixtureOf(settings);
    const place = { x, values, likelihood };
    const whole = await denseBlocks(model, { ...place, metrics: partition(model, "whole") });
    const own = await denseBlocks(model, { ...place, metrics: fullMetrics });
    const expected = cornersOf(model, whole);
    t.deepEqual(Object.keys(own).sort(), Object.keys(expected).sort());
    for (const [name, block] of Object.entries(expected)) {
      t.ok(close(own[name], block), `${JSON.stringify(settings)}: ${name}`);
    }
  }
});

/** Scores of ln p(e, h) at parameters θ, by differences. */
function scoreOf(lnP: (theta: readonly number[]) => number, theta: readonly number[]): Matrix {
  const step = 1e-3;
  return Matrix.rowVector(
    theta.map((_, k) => {
      const at = (by: number) => lnP(theta.map((one, j) => one + (j === k ? by * step : 0)));
      return (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12 * step);
    }),
  );
}

test("the choice: E[score score'] of (e, h), all experts enumerated, has rows that count by g", async (t) => {
  const theta = [gate, ...weights].flatMap((one) => one.to1DArray());
  const size = theta.length;
  const joint = Matrix.zeros(size, size);
  // Gauss–Hermite of three points: scores are linear in h, so their squares are integrated exactly.
  const points = [-Math.sqrt(3), 0, Math.sqrt(3)] as const;
  const masses = [1 / 6, 2 / 3, 1 / 6] as const;
  for (let s = 0; s < n; s++) {
    const row = augmented(x).getRow(s);
    const now = gates(x)[s] as number[];
    const dot = (first: number, stride: number, by: readonly number[]) =>
      row.reduce((sum, one, a) => sum + one * (by[first + a * stride] as number), 0);
    for (const [e, share] of now.entries()) {
      if (share === 0) continue;
      const mu = dot((d + 1) * (E + e), 1, theta);
      for (const [k, point] of points.entries()) {
        const lnP = (by: readonly number[]) => {
          // Which experts are chosen is held fixed.
          const ups = now.map((one, j) => (one > 0 ? Math.exp(dot(j, E, by)) : 0));
          const p = (ups[e] as number) / ups.reduce((a, b) => a + b, 0);
          return Math.log(p) - (mu + point - dot((d + 1) * (E + e), 1, by)) ** 2 / 2;
        };
        joint.add(outer(scoreOf(lnP, theta)).mul((share * (masses[k] as number)) / n));
      }
    }
  }
  const model = mixtureOf({ response: "choice" });
  const blocks = await denseBlocks(model, { x, metrics: fullMetrics, values });
  const first = (d + 1) * E;
  t.ok(close(blocks.gate, joint.subMatrix(0, first - 1, 0, first - 1), 1e-8), "the gate");
  for (let e = 0; e < E; e++) {
    const [begin, end] = [first + e * (d + 1), first + (e + 1) * (d + 1) - 1];
    t.ok(
      close(blocks[`expert${e}/w`], joint.subMatrix(begin, end, begin, end), 1e-8),
      `expert ${e}`,
    );
    const across = joint.subMatrix(begin, end, 0, begin - 1).to1DArray();
    t.ok(Math.max(...across.map(Math.abs)) < 1e-8, "nothing couples it with the others");
  }
});

test("positions: expand adds up g²x̃x̃', reduce is one row Σ g x̃ per sample", async (t) => {
  const T = 2;
  const samples = n / T;
  const series = tensor(Float64Array.from(x.to1DArray()), { shape: [samples, T, d] });
  const g = gates(x);
  const model = mixtureOf();
  const by = (sharing: "expand" | "reduce") =>
    denseBlocks(model, { x: series, values, metrics: metrics(linearRows({ sharing })) });
  const [expand, reduce] = [await by("expand"), await by("reduce")];
  for (let e = 0; e < E; e++) {
    const each = weightedMean((s) => (g[s]?.[e] as number) ** 2).mul(T);
    t.ok(close(expand[`expert${e}/w`], each), `expand, expert ${e}`);
    const rows = Matrix.mul(augmented(x), 1);
    const total = Matrix.zeros(d + 1, d + 1);
    for (let s = 0; s < samples; s++) {
      const sum = Matrix.zeros(1, d + 1);
      for (let tau = 0; tau < T; tau++) {
        const row = s * T + tau;
        sum.add(rows.getRowVector(row).mul(g[row]?.[e] as number));
      }
      total.add(outer(sum).div(samples));
    }
    t.ok(close(reduce[`expert${e}/w`], total), `reduce, expert ${e}`);
  }
});

/** Positions before samples, and back. */
const swapped = defModule({
  name: "swapped",
  options: (inner: Module) => ({ inner }),
  children: ({ inner }) => ({ inner }),
  apply: (_, h: Node, { options, call }) =>
    transpose(call(options.inner, transpose(h, [1, 0, 2])), [1, 0, 2]),
});

/** Rows of samples among those of positions. */
const pooled = defModule({
  name: "pooled",
  options: (inner: Module) => ({ inner }),
  children: ({ inner }) => ({ inner }),
  apply: (_, h: Node, { options, call }) =>
    add(h, call(options.inner, mean(h, { axis: 1, keepDims: true }))),
});

test("inside of an expert rows are found wherever they lie, and refused where they are others", async (t) => {
  const series = tensor(Float64Array.from(x.to1DArray()), { shape: [3, 2, d] });
  const straight = await denseBlocks(mixtureOf(), { x: series, values, metrics: linearMetrics });
  const inner = Object.fromEntries(weights.map((w, e) => [`expert${e}/inner/w`, w] as const));
  const model = mixtureOf({}, () => swapped(dense(d, 1)));
  const turned = await denseBlocks(model, {
    x: series,
    values: { gate, ...inner },
    metrics: linearMetrics,
  });
  for (let e = 0; e < E; e++) {
    t.ok(close(turned[`expert${e}/inner/w`], straight[`expert${e}/w`] as Matrix), `expert ${e}`);
  }
  const odd = mixtureOf({}, () => pooled(dense(d, d)));
  t.throws(
    () => subsystemsOf(odd, { x: series, metrics: linearMetrics }),
    /metric of expert0\/inner: inside of a mixture there must be a row for each of its 6 rows, .*, got 3 rows; give the expert rows/,
  );
});

test("mixtures in mixtures: gates multiply, as the whole model says", async (t) => {
  const model = mixtureOf({}, () => mixtureOf());
  const drawn = model.variables.map(({ path, spec }) => {
    const [rows = 0, columns = 0] = spec.shape;
    return [path, matrixOf(path, rows, columns)] as const;
  });
  const place = { x, likelihood, values: Object.fromEntries(drawn) };
  const whole = await denseBlocks(model, { ...place, metrics: partition(model, "whole") });
  const expected = cornersOf(model, whole);
  const own = await denseBlocks(model, { ...place, metrics: linearMetrics });
  const leaves = Object.keys(expected).filter((name) => name.endsWith("/w"));
  t.equal(leaves.length, E * E);
  for (const name of leaves) t.ok(close(own[name], expected[name] as Matrix), name);
});

test("metrics by the response of the model have the gates on the way, once", async (t) => {
  const hidden = () => sequential(dense(d, 2, { activation: "tanh" }), dense(2, 1));
  const model = mixtureOf({}, hidden);
  const place = { x, likelihood };
  const by = (table: MetricTable) => denseBlocks(model, { ...place, metrics: table });
  const expected = cornersOf(model, await by(partition(model, "whole")));
  const stacked = await by(stackedMetrics({ layers: Number.POSITIVE_INFINITY }));
  const names = Object.keys(expected).filter((name) => name.endsWith("/w"));
  t.equal(names.length, 2 * E);
  for (const name of names) t.ok(close(stacked[name], expected[name] as Matrix), name);
  // With one unit and σ = 1 the factor G of an expert's only layer is E[g²].
  const flat = mixtureOf();
  const kfac = await denseBlocks(flat, { ...place, values, metrics: kfacMetrics() });
  const g = gates(x);
  const every = weightedMean(() => 1);
  for (let e = 0; e < E; e++) {
    const share = g.reduce((sum, row) => sum + (row[e] as number) ** 2 / n, 0);
    t.ok(close(kfac[`expert${e}/w`], Matrix.mul(every, share)), `K-FAC, expert ${e}`);
  }
  const paper = await denseBlocks(sequential(flat, dense(1, 1)), {
    x,
    values: Object.fromEntries(
      Object.entries(values).map(([name, value]) => [`mixtureOfExperts0/${name}`, value]),
    ),
    metrics: paperMetrics,
  });
  const last = weightedMean((s) => (g[s]?.[0] as number) ** 2);
  t.ok(close(paper["mixtureOfExperts0/expert0/w"], last), "the paper's first layer");
});

test("weights of samples and of positions of a response count beside the gates", async (t) => {
  const given = [2, 0, 1, 0.5, 1, 1.5];
  const g = gates(x);
  const blocks = await denseBlocks(mixtureOf(), {
    x,
    values,
    weights: given,
    metrics: linearMetrics,
  });
  for (let e = 0; e < E; e++) {
    const expected = weightedMean((s) => (given[s] as number) * (g[s]?.[e] as number) ** 2);
    t.ok(close(blocks[`expert${e}/w`], expected), `expert ${e}`);
  }
  const series = tensor(Float64Array.from(x.to1DArray()), { shape: [3, 2, d] });
  const place = { x: series, values, likelihood: independent(gaussian(), 1) };
  const model = mixtureOf();
  const whole = await denseBlocks(model, { ...place, metrics: partition(model, "whole") });
  const own = await denseBlocks(model, { ...place, metrics: fullMetrics });
  for (const [name, block] of Object.entries(cornersOf(model, whole))) {
    t.ok(close(own[name], block), `${name} at positions`);
  }
});
