/** A metric over the rows of the last batches. */
import { add } from "@metrigrad/graph";
import { fullMetrics, metrics, type Solver, standardMetrics } from "@metrigrad/metric";
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
  regression,
  regressionContext,
  targets,
} from "../problem.ts";

const schedule = constantSchedule();
const settings = { learningRate: 0.2, schedule, momentum: 0, absolute: 0.3 };

test("window: steps of a regression are those of plain matrices", async (t) => {
  const batches = batchesOf(5).map(({ x }) => ({ x, y: targets }) as Feeds);
  const model = regression();
  const optimizer = rngd({ ...settings, over: { window: 3 } });
  const run = await follow(model, optimizer, batches, regressionContext(model));
  const weights = (step: number) => Matrix.from1DArray(5, 3, Array.from(run[step]?.get("w") ?? []));
  const y = Matrix.from1DArray(batchSize, 3, Array.from(targets.data()));
  for (const step of batches.keys()) {
    // The first batch stands in for those before it.
    const seen = [step - 2, step - 1, step].map((at) =>
      augmented(batches[Math.max(0, at)] as Feeds),
    );
    const metric = seen
      .map((rows) =>
        rows
          .transpose()
          .mmul(rows)
          .div(3 * batchSize),
      )
      .reduce((sum, one) => Matrix.add(sum, one))
      .add(Matrix.eye(5, 5).mul(0.3));
    const rows = augmented(batches[step] as Feeds);
    const gradient = rows
      .transpose()
      .mmul(Matrix.sub(rows.mmul(weights(step)), y))
      .div(batchSize);
    const expected = Matrix.sub(weights(step), solve(metric, gradient).mul(0.2));
    const error = gap(expected.to1DArray(), weights(step + 1).to1DArray());
    t.ok(error < 1e-12, `step ${step}: ${error}`);
  }
});

for (const [name, table] of [
  ["unit rows", standardMetrics],
  ["soft-max rows", fullMetrics],
] as const) {
  test(`window, ${name}: of one batch again and again it is the metric of that batch`, async (t) => {
    const [batch] = batchesOf(1) as [Feeds];
    // Weights of rows are those of their steps, so the parameters must not move.
    const still = { ...settings, metrics: table, learningRate: 1e-9 };
    const after = async (own: RngdSettings) => {
      const run = await follow(classifier(), rngd({ ...still, ...own }), [batch, batch, batch]);
      return run;
    };
    const [wide, single] = [
      await after({ over: { window: 3 } }),
      await after({ forward: "infer" }),
    ];
    for (const key of ["dense0/w", "dense1/w"]) {
      const moved = (run: typeof wide) => {
        const [from, to] = [run[2]?.get(key), run[3]?.get(key)];
        return Array.from(to ?? [], (value, i) => (value - (from?.[i] ?? 0)) * 1e9);
      };
      const error = gap(moved(wide), moved(single));
      t.ok(error < 1e-5 && Math.max(...moved(single).map(Math.abs)) > 1e-2, `${key}: ${error}`);
    }
  });

  test(`window, ${name}: all solvers make the same steps, also from rows that are kept`, async (t) => {
    const batches = batchesOf(5);
    for (const refreshEvery of [1, 2]) {
      const after = async (solver: Solver) => {
        const made = rngd({
          ...settings,
          metrics: table,
          over: { window: 2, every: refreshEvery },
          solver,
        });
        return (await follow(classifier(), made, batches)).at(-1);
      };
      const dense = await after("dense");
      for (const solver of ["woodbury", "cg"] as const) {
        const other = await after(solver);
        const errors = ["dense0/w", "dense1/w"].map((key) => gap(other?.get(key), dense?.get(key)));
        t.ok(
          Math.max(...errors) < 1e-9,
          `${solver}, every ${refreshEvery}: ${Math.max(...errors)}`,
        );
      }
    }
  });
}

test("window: rows of earlier batches keep the weights that they had", async (t) => {
  const batches = batchesOf(2);
  const made = rngd({ ...settings, metrics: standardMetrics, over: { window: 2 } });
  const run = await follow(classifier(), made, batches);
  const nu = (step: number) => {
    const rows = augmented(batches[step] as Feeds);
    const w = Matrix.from1DArray(5, 5, Array.from(run[step]?.get("dense0/w") ?? []));
    return rows
      .mmul(w)
      .to1DArray()
      .map((u) => 1 / Math.cosh(u) ** 2);
  };
  const kept = run[2]?.get("optimizer/window/nu/dense0/w");
  t.ok(gap(kept, nu(1)) < 1e-12, "after a step: those of the parameters before it");
  t.end();
});

test("window: it begins with the first batch also in the middle of a run", async (t) => {
  const batches = batchesOf(3);
  const made = () => rngd({ ...settings, metrics: standardMetrics, over: { window: 2 } });
  const model = classifier();
  const context = contextOf(model);
  const later = { ...context, step: add(context.step, 100) };
  const [one, other] = [
    await follow(model, made(), batches, context),
    await follow(model, made(), batches, later),
  ];
  const error = gap(one.at(-1)?.get("dense0/w"), other.at(-1)?.get("dense0/w"));
  t.ok(error === 0, String(error));
});

test("window: it is recorded, and refused where it cannot be", (t) => {
  t.deepEqual(rngd({ over: { window: 4 } }).settings.over, { window: 4 });
  t.equal(rngd().settings.over, "batch", "single batches are the default");
  const refused = (own: RngdSettings, pattern: RegExp) =>
    t.throws(() => rngd(own).update(contextOf(classifier())), pattern);
  refused(
    { over: { window: 2 }, metrics: metrics.kfac() },
    /a window over batches needs a block that is made of rows, got K-FAC; keep a running average/,
  );
  t.end();
});
