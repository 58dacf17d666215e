/** What a step solved in 64 bits on a store of 32 reports of its solve. */
import { cpu } from "@metrigrad/cpu";
import { compile } from "@metrigrad/graph";
import type { Over, SolvePrecision, Solver } from "@metrigrad/metric";
import type { FloatType } from "@metrigrad/tensor";
import test from "tape";
import { rngd } from "../../src/index.ts";
import { batchSize, classifier, contextOf, inputs, labels } from "../problem.ts";

interface Case {
  readonly float: FloatType;
  readonly solvePrecision: SolvePrecision;
  readonly over?: Over;
  readonly solver?: Solver;
}

/** What the first step reports of the first layer. */
async function reported({ float, over = "batch", solver, solvePrecision }: Case) {
  const model = classifier();
  const context = contextOf(model, 0.01, undefined, undefined, batchSize, float);
  const settings = { over, solver: solver ?? null, solvePrecision, absolute: 1e-9, momentum: 0 };
  const last = rngd(settings).update(context).at(-1);
  const quantities = last?.report?.blocks[0]?.quantities ?? [];
  const backend = await cpu({ threads: 1, native: false });
  const store = await backend.store(model, { seed: 1, float });
  const outputs = quantities.map(({ value }) => value());
  const program = await compile({ outputs, updates: [] }, store);
  const used = new Set(program.plan.feeds.map(({ name }) => name));
  const feeds = Object.entries({ x: inputs, y: labels }).filter(([name]) => used.has(name));
  const handles = await program.run(Object.fromEntries(feeds));
  const values = await Promise.all(handles.map((one) => one.read()));
  await backend.close();
  return new Map(quantities.map(({ name }, at) => [name, Number(values[at]?.data()[0])]));
}

const close = (a = Number.NaN, b = Number.NaN, by = 1e-6) => Math.abs(a - b) <= by * Math.abs(b);

for (const solver of ["dense", "woodbury", "cg"] as const) {
  test(`solvePrecision, ${solver}: λ and the residual of a report are those of the solve`, async (t) => {
    const found = await reported({ float: "f32", solvePrecision: "f64", solver });
    t.ok(close(found.get("lambda"), 1e-9), `λ ${found.get("lambda")}`);
    // In the space of 12 rows of 5 dimensions 1/λ multiplies what rounding leaves.
    const bound = solver === "woodbury" ? 1e-6 : 1e-12;
    t.ok((found.get("residual") ?? 1) < bound, `residual ${found.get("residual")}`);
    const single = await reported({ float: "f32", solvePrecision: "store", solver });
    t.ok((single.get("residual") ?? 0) > bound, "in 32 bits it is larger");
  });
}

test("solvePrecision: the length of a step by a running average is of the average, before it is first inverted", async (t) => {
  const over = { average: 0.9, every: 3 };
  const found = await reported({ float: "f32", solvePrecision: "f64", over });
  const whole = await reported({ float: "f64", solvePrecision: "store", over });
  t.ok((whole.get("length") ?? 0) > 0.01);
  t.ok(close(found.get("length"), whole.get("length")), `${found.get("length")}`);
});

test("solvePrecision: a step on a backend without these floats is refused", (t) => {
  const context = { ...contextOf(classifier()), float: "f32", floats: ["f32"] } as const;
  t.throws(
    () => rngd({ solvePrecision: "f64" }).update(context),
    /^MetricError: rngd: solvePrecision "f64" needs a backend that has these floats, got one of f32 only; use the cpu backend/,
  );
  t.ok(rngd().update(context).length > 0);
  t.end();
});

test("solvePrecision: a store of 64 bits holds what is solved in 64 bits once", (t) => {
  const held = (solvePrecision: SolvePrecision) =>
    rngd({ solvePrecision, over: { every: 3 } })
      .update(contextOf(classifier()))
      .flatMap(({ updates }) => updates.map(([{ attrs }]) => attrs.path));
  t.deepEqual(held("f64"), held("store"));
  t.end();
});
