/** Rows of one sample: independent responses, or one of their sum. */
import { gather, matmul, mean, type Node, transpose } from "@metrigrad/graph";
import {
  diagonalMetrics,
  ekfacMetrics,
  kfacMetrics,
  linearRows,
  metrics,
  quasiDiagonalMetrics,
  type Sharing,
  stackedMetrics,
  standardMetrics,
} from "@metrigrad/metric";
import { categorical, defModule, dense, glorotUniform, param, sequential } from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import { Matrix } from "ml-matrix";
import test from "tape";
import { denseBlocks, subsystemsOf } from "../support/dense.ts";
import { augmented, matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";

const [n, T] = [4, 3] as const;
const rows = matrixOf("rows", n * T, 2);
const x = tensor(Float64Array.from(rows.to1DArray()), { shape: [n, T, 2] });
const w = matrixOf("w", 3, 3);
const c = matrixOf("c", 4, 2);
const means = defModule({ name: "means", apply: (_, h: Node) => mean(h, { axis: 1 }) });
const model = sequential(dense(2, 3, { activation: "tanh" }), means(), dense(3, 2));
const place = { x, values: { "dense0/w": w, "dense1/w": c }, likelihood: categorical() };

/** x̃ of every position of a sample. */
const positions = (s: number) => augmented(rows).subMatrix(s * T, (s + 1) * T - 1, 0, 2);
/** Σ_τ of some rows. */
const total = (matrix: Matrix) => Matrix.rowVector(matrix.sum("column"));
const outer = (row: Matrix) => row.transpose().mmul(row);

/** For every class of a sample its probability and δ [T, 3], ∂ ln p(y)/∂t of every position. */
function scores(s: number): { readonly p: number; readonly delta: Matrix }[] {
  const h = Matrix.tanh(positions(s).mmul(w));
  const top = augmented(total(h).div(T));
  const ups = top.mmul(c).to1DArray().map(Math.exp);
  const eta = ups.map((up) => up / ups.reduce((a, b) => a + b, 0));
  const slope = Matrix.sub(Matrix.ones(T, 3), Matrix.mul(h, h));
  return eta.map((p, y) => {
    const errors = Matrix.rowVector(eta.map((one, k) => (k === y ? 1 : 0) - one));
    const back = errors
      .mmul(c.subMatrix(0, 2, 0, 1).transpose())
      .div(T)
      .to1DArray();
    return {
      p,
      delta: new Matrix(slope.to2DArray().map((row) => row.map((v, i) => v * (back[i] as number)))),
    };
  });
}

const mean_ = (of: (s: number) => Matrix): Matrix =>
  Array.from({ length: n }, (_, s) => of(s))
    .reduce((a, b) => Matrix.add(a, b))
    .div(n);

const close = (got: Matrix | undefined, expected: Matrix) =>
  gap(got?.to1DArray() ?? [], expected.to1DArray()) < 1e-13;

test("linearRows: reduce is E[x̄x̄'] of the sums x̄ over positions, expand the sum of E[x̃x̃']", async (t) => {
  const by = (sharing: Sharing) =>
    denseBlocks(model, { ...place, metrics: metrics(linearRows({ sharing })) });
  const [reduce, expand] = [await by("reduce"), await by("expand")];
  const eye = Matrix.eye(3);
  const summed = mean_((s) => outer(total(positions(s))));
  t.ok(close(reduce["dense0/w"], summed.kroneckerProduct(eye)), "reduce");
  const each = mean_((s) => positions(s).transpose().mmul(positions(s)));
  t.ok(close(expand["dense0/w"], each.kroneckerProduct(eye)), "expand");
  t.ok(
    close(reduce["dense1/w"], expand["dense1/w"] as Matrix),
    "one row per sample: no difference",
  );
  const half = { ...place, metrics: metrics(linearRows({ sharing: "reduce", sigma: 0.5 })) };
  const { "dense0/w": narrow } = await denseBlocks(model, half);
  t.ok(close(narrow, summed.kroneckerProduct(eye).mul(4)), "σ");
});

test("kfacMetrics: reduce is E[x̄x̄'] ⊗ E[δ̄δ̄'] of mean inputs and summed scores", async (t) => {
  const blocks = await denseBlocks(model, {
    ...place,
    metrics: kfacMetrics({ sharing: "reduce" }),
  });
  const a = mean_((s) => outer(total(positions(s)).div(T)));
  const g = mean_((s) =>
    scores(s)
      .map(({ p, delta }) => outer(total(delta)).mul(p))
      .reduce((one, two) => Matrix.add(one, two)),
  );
  t.ok(close(blocks["dense0/w"], a.kroneckerProduct(g)));
  const form = subsystemsOf(model, { ...place, metrics: kfacMetrics({ sharing: "reduce" }) });
  t.equal(form[0]?.block?.kind, "kronecker");
});

test("kfacMetrics: expand is E[x̃x̃'] over rows ⊗ the sum of E[δδ'] over positions", async (t) => {
  const blocks = await denseBlocks(model, { ...place, metrics: kfacMetrics() });
  const a = mean_((s) => positions(s).transpose().mmul(positions(s)).div(T));
  const g = mean_((s) =>
    scores(s)
      .map(({ p, delta }) => delta.transpose().mmul(delta).mul(p))
      .reduce((one, two) => Matrix.add(one, two)),
  );
  t.ok(close(blocks["dense0/w"], a.kroneckerProduct(g)));
});

test("diagonal and EKFAC: reduce has the trace of E[x̄x̄' ⊗ δ̄δ̄'], one row per sample", async (t) => {
  const exact = mean_((s) => {
    const input = outer(total(positions(s)).div(T));
    return scores(s)
      .map(({ p, delta }) => input.kroneckerProduct(outer(total(delta))).mul(p))
      .reduce((one, two) => Matrix.add(one, two));
  });
  const options = { sharing: "reduce" } as const;
  const diagonal = await denseBlocks(model, { ...place, metrics: diagonalMetrics(options) });
  t.ok(close(diagonal["dense0/w"], Matrix.diag(exact.diag())));
  const ekfac = await denseBlocks(model, { ...place, metrics: ekfacMetrics(options) });
  t.ok(Math.abs((ekfac["dense0/w"] as Matrix).trace() - exact.trace()) < 1e-13);
});

test("sharing: another word is refused", (t) => {
  const odd = "sum" as Sharing;
  t.throws(
    () => linearRows({ sharing: odd }),
    /linearRows: sharing must be "expand" or "reduce", got sum; leave it out/,
  );
  t.throws(() => kfacMetrics({ sharing: odd }), /metrics.kfac: sharing must be/);
  t.end();
});

test("approximations: a table that is looked up and multiplied by has the blocks of both uses", async (t) => {
  const table = param([5, 3], glorotUniform);
  const tied = defModule({
    name: "tied",
    options: () => ({ inner: dense(3, 3, { activation: "tanh" }) }),
    params: () => ({ table }),
    children: ({ inner }) => [inner],
    apply: (params, words: Node, { options, call }) =>
      matmul(call(options.inner, gather(params.table, words)), transpose(params.table)),
  })();
  const words = { x: tensor(Int32Array.of(0, 1, 4, 1)), likelihood: categorical() };
  const base = { metrics: standardMetrics };
  const both = await denseBlocks(tied, { ...words, ...base });
  const counts = [1, 2, 0, 0, 1].flatMap((count) => [count, count, count].map((one) => one / n));
  const affine = Matrix.sub(both.table as Matrix, Matrix.diag(counts));
  t.ok(affine.trace() > 0.1, "the base table has both");
  const tables = {
    kfac: kfacMetrics(base),
    ekfac: ekfacMetrics(base),
    diagonal: diagonalMetrics(base),
    quasiDiagonal: quasiDiagonalMetrics(base),
    stacked: stackedMetrics({ ...base, layers: Number.POSITIVE_INFINITY }),
  };
  for (const [name, one] of Object.entries(tables)) {
    const blocks = await denseBlocks(tied, { ...words, metrics: one });
    t.ok(close(blocks.table, both.table as Matrix), name);
    t.notOk(close(blocks["dense0/w"], both["dense0/w"] as Matrix), `${name}: others keep theirs`);
  }
  const earlier = sequential(tied, dense(5, 2));
  const [before, after] = [standardMetrics, stackedMetrics(base)].map((one) =>
    denseBlocks(earlier, { ...words, metrics: one }),
  );
  const name = "tied0/table";
  t.ok(close((await after)?.[name], (await before)?.[name] as Matrix), "stacked, before the last");
});
