/** explain tells what an optimizer preconditions with, from the optimizer itself. */
import { explain, linearMetrics, metrics, paperMetrics } from "@metrigrad/metric";
import { batchNorm, categorical, dense, sequential } from "@metrigrad/nn";
import test from "tape";
import {
  accumulate,
  adam,
  chain,
  groups,
  type Optimizer,
  precondition,
  rngd,
  scale,
  sgd,
} from "../src/index.ts";
import { classifier, contextOf } from "./problem.ts";

const model = sequential(
  dense(99, 20, { activation: "relu" }),
  batchNorm(20),
  dense(20, 20, { activation: "relu" }),
  dense(20, 10),
);
const options = { batchSize: 50, likelihood: categorical() };
const shown = (optimizer: Optimizer) => explain(model, { ...options, optimizer });

test("explain, sgd and adam: every parameter takes the plain gradient, nothing is kept", (t) => {
  for (const optimizer of [sgd(), adam(), chain(scale(0.1))]) {
    const { rows, bytes, build, apply } = shown(optimizer);
    t.deepEqual(
      rows.flatMap(({ params }) => params),
      ["dense0/w", "batchNorm0/scale", "batchNorm0/offset", "dense1/w", "dense2/w"],
    );
    t.ok(rows.every(({ form, solver }) => form === "plain gradient" && solver === "none"));
    t.deepEqual([bytes, build, apply], [0, 0, 0]);
  }
  t.end();
});

test("explain, rngd: the linear form for every layer, by the metric of each batch", (t) => {
  const found = shown(rngd());
  t.deepEqual(
    found.rows.map(({ path, form, solver }) => [path, form, solver]),
    [
      ["dense0", "sharedGram", "woodbury"],
      ["batchNorm0", "plain gradient", "none"],
      ["dense1", "sharedGram", "dense"],
      ["dense2", "sharedGram", "dense"],
    ],
  );
  t.equal(String(found), String(explain(model, { ...options, metrics: linearMetrics })));
  t.equal(String(found), String(explain(model, options)), "what explain says by default");
  t.end();
});

test("explain, rngd.paper: the paper's mixture, as a running average", (t) => {
  const found = shown(rngd.paper());
  t.deepEqual(
    found.rows.map(({ form, matrices }) => [form, matrices]),
    [
      ["sharedGram", 1],
      ["plain gradient", 0],
      ["unitGram", 20],
      ["sharedGram", 1],
    ],
  );
  const over = { average: 0.995, every: 100 } as const;
  t.equal(String(found), String(explain(model, { ...options, metrics: paperMetrics, over })));
  t.match(String(found), /running average/);
  t.end();
});

test("explain, rngd with K-FAC, a solver and over other batches: each of its settings counts", (t) => {
  const table = metrics.kfac();
  const settings = {
    metrics: table,
    over: { average: 0.95, every: 10 },
    solver: { dense2: "dense" },
  } as const;
  const found = shown(rngd(settings));
  t.equal(String(found), String(explain(model, { ...options, ...settings })));
  t.deepEqual(
    found.rows.map(({ form, solver }) => [form, solver]),
    [
      ["K-FAC", "kronecker"],
      ["plain gradient", "none"],
      ["K-FAC", "kronecker"],
      ["K-FAC", "dense"],
    ],
  );
  t.throws(
    () => shown(rngd({ metrics: table, memoryBudget: 1000 })),
    /explain: the blocks must fit in memoryBudget, 1\.00 kB/,
  );
  t.end();
});

test("explain: chains and accumulated steps have the metric of what is inside", (t) => {
  const inner = { metrics: metrics.diagonal(), absolute: 0.1 };
  const expected = String(explain(model, { ...options, metrics: inner.metrics }));
  t.equal(String(shown(chain(precondition(inner), scale(0.1)))), expected);
  t.equal(String(shown(accumulate(4, rngd(inner)))), expected);
  t.end();
});

test("explain: what it says of an optimizer is what a step of it does", (t) => {
  const small = classifier();
  for (const optimizer of [rngd(), rngd({ metrics: metrics.kfac() }), rngd({ solver: "cg" })]) {
    const context = contextOf(small);
    const told = optimizer.update(context).at(-1)?.report?.blocks ?? [];
    const { rows } = explain(small, { batchSize: 12, likelihood: categorical(), optimizer });
    t.deepEqual(
      told.map(({ path, params, solver }) => [path, params, solver]),
      rows.map(({ path, params, solver }) => [path, params, solver]),
    );
  }
  t.end();
});

test("explain: settings of the metric beside an optimizer are refused", (t) => {
  for (const own of [
    { metrics: linearMetrics },
    { over: "batch" },
    { solver: "cg" },
    { memoryBudget: 1e6 },
  ] as const)
    t.throws(
      () => explain(model, { ...options, ...own, optimizer: rngd() }),
      new RegExp(
        `explain: the settings of the metric are those of the optimizer, .*, got ${Object.keys(own)[0]} beside an optimizer`,
      ),
    );
  t.end();
});

test("explain, groups: each parameter by the optimizer that takes it", (t) => {
  const over = { average: 0.95, every: 10 } as const;
  const natural = rngd({ metrics: metrics.kfac(), over });
  const optimizer = groups({
    "dense0/*": rngd(),
    "dense*/*": groups([
      [(path) => path.startsWith("dense1"), accumulate(2, natural)],
      [() => true, sgd()],
    ]),
    others: adam(),
  });
  const found = shown(optimizer);
  t.deepEqual(
    found.rows.map(({ path, form, solver }) => [path, form, solver]),
    [
      ["dense0", "sharedGram", "woodbury"],
      ["batchNorm0", "plain gradient", "none"],
      ["dense1", "K-FAC", "kronecker"],
      ["dense2", "plain gradient", "none"],
    ],
  );
  const [first] = shown(rngd()).rows;
  const [, , second] = shown(natural).rows;
  t.equal(found.bytes, (first?.bytes ?? 0) + (second?.bytes ?? 0));
  t.match(
    String(found),
    /batches of 50, metric of each batch and running average, inverted every 10 steps: /,
  );
  t.match(found.toDot(), /K-FAC/);
  const small = classifier();
  const given = groups({ "dense0/*": rngd(), others: rngd({ solver: "cg" }) });
  const told = given.update(contextOf(small)).flatMap((phase) => phase.report?.blocks ?? []);
  t.deepEqual(
    told.map(({ path, solver }) => [path, solver]),
    explain(small, { batchSize: 12, optimizer: given }).rows.map(({ path, solver }) => [
      path,
      solver,
    ]),
  );
  t.end();
});
