/** A metric that is factored now and then: rows and factors kept between. */
import { linearMetrics, type MetricTable, metrics, standardMetrics } from "@metrigrad/metric";
import { dense, type Module, sequential } from "@metrigrad/nn";
import { Matrix, solve } from "ml-matrix";
import test from "tape";
import { constantSchedule, type RngdSettings, rngd } from "../../src/index.ts";
import {
  augmented,
  batchesOf,
  batchSize,
  classifier,
  contextOf,
  type Feeds,
  follow,
  gap,
} from "../problem.ts";

const schedule = constantSchedule();
const settings = { learningRate: 0.5, schedule, momentum: 0, absolute: 0.3 };
const kept = (metrics: MetricTable) => rngd({ ...settings, metrics, over: { every: 3 } });
const tables = [
  ["shared rows", linearMetrics],
  ["unit rows", standardMetrics],
] as const;

/** 12 rows: 5 parameters of a unit are solved densely, 30 in the space of the rows. */
const wide = () => sequential(dense(4, 29, { activation: "tanh" }), dense(29, 3)) as Module;

for (const [name, table] of tables) {
  test(`kept metric, ${name}: with one batch a refresh makes the fresh step`, async (t) => {
    for (const model of [classifier, wide]) {
      const batches = batchesOf(1);
      const [, now] = await follow(model(), kept(table), batches);
      const [, fresh] = await follow(model(), rngd({ ...settings, metrics: table }), batches);
      for (const [path, value] of fresh ?? []) t.ok(gap(now?.get(path), value) < 1e-12, path);
    }
  });
}

const matrixOf = (values: ArrayLike<number> | undefined, columns: number) =>
  Matrix.from1DArray((values?.length ?? 0) / columns, columns, Array.from(values ?? []));

test("kept metric: steps between two refreshes solve with the rows and weights of the first", async (t) => {
  for (const [name, table] of tables) {
    const batches = batchesOf(4);
    const natural = await follow(classifier(), kept(table), batches);
    for (const step of [0, 1, 2, 3]) {
      // Where the run stands before the step, and where the metric was made.
      const [at, made] = [natural[step], natural[step < 3 ? 0 : 3]];
      const rows = augmented(batches[step < 3 ? 0 : 3] as Feeds);
      const outputs = rows.mmul(matrixOf(made?.get("dense0/w"), 5));
      const gradient = gradientOf(at, batches[step] as Feeds);
      const expected = matrixOf(at?.get("dense0/w"), 5);
      for (let unit = 0; unit < 5; unit++) {
        const nu = outputs
          .getColumn(unit)
          .map((value) => (table === linearMetrics ? 1 : 1 / Math.cosh(value) ** 2) / batchSize);
        const metric = rows.transpose().mmul(Matrix.diag(nu)).mmul(rows);
        const direction = solve(metric.add(Matrix.eye(5).mul(0.3)), gradient.getColumnVector(unit));
        expected.setColumn(
          unit,
          Matrix.sub(expected.getColumnVector(unit), direction.mul(0.5)).to1DArray(),
        );
      }
      const found = natural[step + 1]?.get("dense0/w");
      t.ok(gap(found, expected.to1DArray()) < 1e-11, `${name}, step ${step}`);
    }
  }
});

/** ∂(−ln p + ½·0.01‖W‖²)/∂W of the first layer, by hand: tanh units, then soft-max. */
function gradientOf(at: ReadonlyMap<string, Float64Array> | undefined, batch: Feeds): Matrix {
  const rows = augmented(batch);
  const [w, c] = [matrixOf(at?.get("dense0/w"), 5), matrixOf(at?.get("dense1/w"), 3)];
  const hidden = Matrix.tanh(rows.mmul(w));
  const outputs = hidden.mmul(c.subMatrix(0, 4, 0, 2)).addRowVector(c.getRow(5));
  const y = batch.y?.data() ?? [];
  const errors = new Matrix(
    outputs.to2DArray().map((row, s) => {
      const total = row.reduce((sum, value) => sum + Math.exp(value), 0);
      return row.map((value, k) => (Math.exp(value) / total - (y[s] === k ? 1 : 0)) / batchSize);
    }),
  );
  const slope = Matrix.sub(Matrix.ones(batchSize, 5), Matrix.mul(hidden, hidden));
  const back = errors.mmul(c.subMatrix(0, 4, 0, 2).transpose()).mul(slope);
  const decay = Matrix.mul(w, 0.01);
  decay.setRow(4, [0, 0, 0, 0, 0]);
  return rows.transpose().mmul(back).add(decay);
}

test("kept metric: rows and inner inverses are kept of few rows, of many rows and inverses", (t) => {
  const names = (model: Module) => {
    const [refresh] = kept(standardMetrics).update(contextOf(model));
    return refresh?.updates
      .map(([{ attrs }]) => attrs.path ?? "")
      .filter((one) => /dense0/.test(one));
  };
  const slots = (...kinds: string[]) => kinds.map((kind) => `optimizer/${kind}/dense0/w`);
  t.deepEqual(names(classifier()), slots("inverse", "lambda", "x", "nu", "share"));
  const many = sequential(dense(4, 2, { activation: "tanh" }), dense(2, 30), dense(30, 3));
  const [refresh] = kept(standardMetrics).update(contextOf(many as Module));
  const last = refresh?.updates.filter(([{ attrs }]) => /dense2/.test(attrs.path ?? ""));
  t.deepEqual(
    last?.map(([{ attrs }]) => attrs.shape),
    [[12, 30], [1, 12, 12], [1], [1]],
  );
  t.end();
});

test("kept metric: sums of blocks that are no rows, of a layer that is used twice", async (t) => {
  const shared = dense(5, 5, { activation: "tanh" });
  const twice = () =>
    sequential(dense(4, 5, { activation: "tanh" }), shared, shared, dense(5, 3)) as Module;
  for (const [name, table] of [
    ["K-FAC", metrics.kfac()],
    ["quasi-diagonal", metrics.quasiDiagonal()],
  ] as const) {
    const after = async (own: RngdSettings) => {
      const model = twice();
      const made = rngd({ ...settings, metrics: table, ...own });
      return (await follow(model, made, batchesOf(1), contextOf(model)))[1];
    };
    const fresh = await after({});
    for (const solver of ["dense", "cg"] as const) {
      const now = await after({ over: { every: 3 }, solver });
      for (const [path, value] of fresh ?? [])
        t.ok(gap(now?.get(path), value) < 1e-8, `${name}, ${solver}: ${path}`);
    }
  }
});
