/** The solver that is asked for: the same steps, and refusals that name the block. */
import { fullMetrics, metrics, type Solver, standardMetrics } from "@metrigrad/metric";
import test from "tape";
import { chain, precondition, type RngdSettings, rngd, scale } from "../../src/index.ts";
import { classifier, contextOf, follow, gap, inputs, labels } from "../problem.ts";

const average = { over: { average: 0.9, every: 2 } } as const;

for (const [name, settings, solvers] of [
  ["shared rows", {}, ["dense", "woodbury", "cg", "qr"]],
  ["unit rows", { metrics: standardMetrics }, ["dense", "woodbury", "cg"]],
  ["soft-max rows", { metrics: fullMetrics }, ["dense", "woodbury", "cg"]],
  ["rows of another forward pass", { forward: "infer" }, ["dense", "woodbury", "cg", "qr"]],
  ["rows that are kept", { over: { every: 2 } }, ["dense", "woodbury", "cg", "qr"]],
  ["a diagonal's damping", { dampedBy: "diagonal" }, ["dense", "woodbury", "cg", "qr"]],
  [
    "that of one matrix per unit",
    { metrics: standardMetrics, dampedBy: "largest" },
    ["dense", "cg"],
  ],
  ["an average", average, ["dense"]],
  ["Kronecker", { metrics: metrics.kfac() }, ["kronecker", "dense", "cg"]],
  ["Kronecker, split", { metrics: metrics.kfac({ split: true }) }, ["kronecker", "dense", "cg"]],
  [
    "Kronecker, split and kept",
    { metrics: metrics.kfac({ split: true }), over: { every: 2 } },
    ["kronecker", "dense", "cg"],
  ],
  ["Kronecker, averaged", { metrics: metrics.kfac(), ...average }, ["kronecker", "dense"]],
  ["an eigenbasis", { metrics: metrics.ekfac() }, ["kronecker", "dense", "cg"]],
  ["a diagonal", { metrics: metrics.diagonal() }, ["diagonal", "dense", "cg"]],
  ["a quasi-diagonal", { metrics: metrics.quasiDiagonal() }, ["diagonal", "dense", "cg"]],
] as const satisfies readonly (readonly [string, RngdSettings, readonly Solver[]])[]) {
  test(`solver, ${name}: ${solvers.join(", ")} make the same steps`, async (t) => {
    const batch = { x: inputs, y: labels };
    const after = async (own: RngdSettings) => {
      const run = await follow(classifier(), rngd({ ...settings, ...own }), [batch, batch, batch]);
      return run.at(-1);
    };
    const free = await after({});
    for (const solver of solvers) {
      const made = await after({ solver });
      const errors = ["dense0/w", "dense1/w"].map((key) => gap(made?.get(key), free?.get(key)));
      t.ok(Math.max(...errors) < 1e-9, `${solver}: ${Math.max(...errors)}`);
    }
  });
}

for (const over of ["batch", { every: 2 }] as const) {
  test(`solver, nystrom over ${JSON.stringify(over)}: by its full rank the same steps, and other steps by less`, async (t) => {
    const batch = { x: inputs, y: labels };
    const after = async (own: RngdSettings) => {
      const optimizer = rngd({ absolute: 0.01, over, ...own });
      return (await follow(classifier(), optimizer, [batch, batch, batch])).at(-1)?.get("dense0/w");
    };
    const exact = await after({});
    const off = async (own: RngdSettings) => gap(await after({ solver: "nystrom", ...own }), exact);
    t.ok((await off({ rank: 6, iterations: 0 })) < 1e-7, "the sketch itself");
    t.ok((await off({ rank: 2, iterations: 10 })) < 1e-7, "a preconditioner");
    t.ok((await off({ rank: 2, iterations: 0 })) > 1e-4, "a sketch of less");
  });
}

test("solver: by path, and the report says which", (t) => {
  const solversOf = (settings: RngdSettings) =>
    rngd(settings)
      .update(contextOf(classifier()))
      .at(-1)
      ?.report?.blocks.map(({ path, solver }) => `${path}: ${solver}`);
  t.deepEqual(solversOf({ forward: "infer", solver: { dense1: "cg" } }), [
    "dense0: dense",
    "dense1: cg",
  ]);
  t.deepEqual(rngd({ solver: "cg" }).settings.solver, "cg");
  const { solver, rank, iterations } = rngd({ solver: "nystrom", rank: 7, iterations: 0 }).settings;
  t.deepEqual([solver, rank, iterations], ["nystrom", 7, 0]);
  t.end();
});

test("solver: one that a block has not, and an unknown path, are refused", (t) => {
  const refused = (settings: RngdSettings, pattern: RegExp) =>
    t.throws(() => rngd(settings).update(contextOf(classifier())), pattern);
  refused(
    { metrics: metrics.kfac(), solver: "woodbury" },
    /rngd, solver of dense0: a block by K-FAC can be solved by kronecker, cg, dense, got woodbury; choose one/,
  );
  refused(
    { ...average, solver: { dense1: "woodbury" } },
    /rngd, solver of dense1: a block by average can be solved by dense, got woodbury/,
  );
  refused({ solver: "lu" as Solver }, /can be solved by dense, woodbury, cg, qr, nystrom, got lu/);
  refused(
    { solver: { dense7: "cg" } },
    /rngd, solver: it must name blocks of the model \(dense0, dense1\), got dense7; correct the path/,
  );
  t.throws(
    () => chain(precondition({ solver: "kronecker" }), scale(1)).update(contextOf(classifier())),
    /precondition, solver of dense0: a block by sharedGram/,
  );
  t.end();
});
