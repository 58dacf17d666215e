/** Damped operations of `rfim` by every solver and way of damping. */
import { metrics, rfim, standardMetrics } from "@metrigrad/metric";
import { categorical, dense, sequential } from "@metrigrad/nn";
import { reference } from "@metrigrad/tensor";
import test from "tape";
import { asTensor, matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";
import { rejects } from "../support/rejects.ts";

const batch = asTensor(matrixOf("x", 6, 3));
const delta = {
  "dense0/w": asTensor(matrixOf("d0", 4, 4)),
  "dense1/w": asTensor(matrixOf("d1", 5, 2)),
};

async function network() {
  const model = sequential(dense(3, 4, { activation: "tanh" }), dense(4, 2));
  const backend = await reference();
  const store = await backend.store(model, { seed: 4 });
  return { model, store, close: () => backend.close() };
}

test("rfim.solve: by every solver of the blocks the same, others are refused by name", async (t) => {
  const { model, store, close } = await network();
  const g = await rfim(model, batch, { store, metrics: standardMetrics });
  const damping = { relative: 0.01, absolute: 0.1 };
  const kfac = await rfim(model, batch, {
    store,
    likelihood: categorical(),
    metrics: metrics.kfac({ metrics: standardMetrics }),
  });
  t.deepEqual(g.blocks[0]?.solvers, ["dense", "woodbury", "cg"]);
  t.deepEqual(kfac.blocks[0]?.solvers, ["kronecker", "cg", "dense"]);
  for (const geometry of [g, kfac]) {
    const free = await geometry.solve(delta, damping);
    for (const solver of geometry.blocks[0]?.solvers ?? []) {
      const solved = await geometry.solve(delta, { ...damping, solver });
      for (const [name, value] of Object.entries(free))
        t.ok(gap(solved[name]?.data() ?? [], value.data()) < 1e-9, `${name} by ${solver}`);
    }
  }
  const one = await g.solve(delta, { ...damping, solver: { dense1: "cg" } });
  const other = await g.solve(delta, damping);
  t.ok(gap(one["dense1/w"]?.data() ?? [], other["dense1/w"]?.data() ?? []) < 1e-9, "by path");
  await rejects(
    t,
    kfac.solve(delta, { ...damping, solver: "woodbury" }),
    /rfim.solve, solver of dense0: a block by K-FAC can be solved by kronecker, cg, dense, got woodbury; choose/,
  );
  await rejects(
    t,
    g.solve(delta, { ...damping, solver: { layer: "cg" } }),
    /rfim.solve, solver: it must name blocks of the model \(dense0, dense1\), got layer/,
  );
  await rejects(
    t,
    (g.blocks[1] as (typeof g.blocks)[0]).solve(delta["dense1/w"], { solver: "kronecker" }),
    /rfim, solver of dense1: a block by sharedGram can be solved by dense, woodbury, cg, got kronecker/,
  );
  await close();
});
