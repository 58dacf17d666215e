/** Damped operations of `rfim` by every solver and way of damping. */
import { cpu } from "@metrigrad/cpu";
import { metrics, type RfimBlock, rfim, standardMetrics } from "@metrigrad/metric";
import { categorical, dense, gaussian, sequential } from "@metrigrad/nn";
import { reference } from "@metrigrad/tensor";
import { EigenvalueDecomposition, inverse, Matrix } from "ml-matrix";
import test from "tape";
import { asMatrix, asTensor, augmented, matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";
import { rejects } from "../support/rejects.ts";
import { softmaxInformation } from "../support/softmax.ts";

const x = matrixOf("x", 6, 3);
const batch = asTensor(x);
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
    /rfim, solver of dense1: a block by sharedGram can be solved by dense, woodbury, cg, qr, nystrom, got kronecker/,
  );
  await close();
});

test("rfim: damping that is split between the factors of Kronecker, in every damped operation", async (t) => {
  const model = dense(3, 2);
  const backend = await reference();
  const store = await backend.store(model, { seed: 4 });
  const g = await rfim(model, batch, {
    store,
    likelihood: categorical(),
    metrics: metrics.kfac({ split: true }),
  });
  const block = g.blocks[0] as RfimBlock;
  // A = E[x̃x̃'], G = E[diag η − ηη'] (Martens and Grosse 2015, section 6.3).
  const rows = augmented(x);
  const a = rows.transpose().mmul(rows).div(6);
  const logits = rows.mmul(asMatrix(await store.read("w"))).to2DArray();
  const inner = logits
    .map(softmaxInformation)
    .reduce((sum, one) => Matrix.add(sum, one), Matrix.zeros(2, 2))
    .div(6);
  const lambda = 0.1 + 0.01 * a.trace() * inner.trace();
  const pi = Math.sqrt(a.trace() / 4 / (inner.trace() / 2));
  const damped = Matrix.add(a, Matrix.eye(4).mul(pi * Math.sqrt(lambda))).kroneckerProduct(
    Matrix.add(inner, Matrix.eye(2).mul(Math.sqrt(lambda) / pi)),
  );
  const damping = { absolute: 0.1, relative: 0.01 };
  const v = matrixOf("v", 4, 2);
  const column = Matrix.columnVector(v.to1DArray());
  const expected = inverse(damped).mmul(column).to1DArray();
  for (const solver of block.solvers) {
    const { w } = await g.solve({ w: asTensor(v) }, { ...damping, solver });
    t.ok(gap(w?.data() ?? [], expected) < 1e-10, `solve by ${solver}`);
  }
  const product = await block.damped(asTensor(v), damping);
  t.ok(gap(product.data(), damped.mmul(column).to1DArray()) < 1e-12, "damped");
  const half = Matrix.columnVector((await block.inverseSqrt(asTensor(v), damping)).data());
  // With RR' = M⁻¹: v'R'MRv = v'v.
  const back = half.transpose().mmul(damped).mmul(half).get(0, 0);
  t.ok(Math.abs(back - v.norm() ** 2) < 1e-10, "inverse square root");
  const logdet = new EigenvalueDecomposition(damped).realEigenvalues
    .map(Math.log)
    .reduce((sum, value) => sum + value, 0);
  t.ok(gap((await block.logdet(damping)).data(), [logdet]) < 1e-11, "logdet");
  t.deepEqual((await block.logdet({})).data().length, 1, "undamped: the determinant of A ⊗ G");
  await backend.close();
});

test("rfim: what damps a unit that no row reaches is the same in solve, logdet and damped", async (t) => {
  const model = dense(3, 2, { activation: "relu" });
  const backend = await reference();
  const store = await backend.store(model, { seed: 4 });
  const w = matrixOf("w", 4, 2);
  // ν of the second unit is 0 in float64.
  w.setColumn(1, [0, 0, 0, -800]);
  await store.write("w", asTensor(w));
  const g = await rfim(model, batch, { store, metrics: standardMetrics });
  const block = g.blocks[0] as RfimBlock;
  const damping = { relative: 0.1 };
  const [one, two] = (await block.trace()).data();
  t.equal(two, 0);
  const lambda = (0.1 * 1e-6 * (one as number)) / 2;
  const own = (await block.logdet(damping)).data()[1] as number;
  t.ok(Math.abs(own - 4 * Math.log(lambda)) < 1e-9, "logdet");
  const product = asMatrix(await block.damped(asTensor(Matrix.ones(4, 2)), damping));
  t.ok(Math.abs(product.get(0, 1) / lambda - 1) < 1e-12, "damped");
  const solved = asMatrix(await block.solve(asTensor(Matrix.ones(4, 2)), damping));
  t.ok(Math.abs(solved.get(0, 1) * lambda - 1) < 1e-9, "solve");
  await backend.close();
});

test("rfim: the inverse square root of a singular block is refused without damping", async (t) => {
  const model = dense(3, 2);
  const tables = { kfac: metrics.kfac(), diagonal: metrics.diagonal(), rows: standardMetrics };
  for (const make of [reference, cpu]) {
    const backend = await make();
    const store = await backend.store(model, { seed: 4 });
    // More rows than dimensions, one of which repeats another.
    const dependent = x.clone().setColumn(2, x.getColumn(1));
    const zero = x.clone().setColumn(
      2,
      x.getColumn(2).map(() => 0),
    );
    for (const [name, table] of Object.entries(tables)) {
      const rows = name === "diagonal" ? zero : dependent;
      const options = { store, likelihood: gaussian(), metrics: table };
      const block = (await rfim(model, asTensor(rows), options)).blocks[0] as RfimBlock;
      const v = asTensor(matrixOf("v", 4, 2));
      await rejects(
        t,
        block.inverseSqrt(v),
        /block of w, inverseSqrt: the damped metric must be regular .* got a singular one with damping relative 0, absolute 0; pass more damping/,
      );
      t.equal((await block.logdet()).data()[0], Number.NEGATIVE_INFINITY, `logdet, ${name}`);
      t.ok((await block.inverseSqrt(v, { absolute: 0.1 })).data().every(Number.isFinite), name);
    }
    const few = (await rfim(model, asTensor(x.subMatrix(0, 1, 0, 2)), { store })).blocks[0];
    await rejects(
      t,
      few?.inverseSqrt(asTensor(matrixOf("v", 4, 2))) as Promise<unknown>,
      /singular one/,
    );
    const regular = (await rfim(model, batch, { store })).blocks[0] as RfimBlock;
    const v = matrixOf("v", 4, 2);
    const half = await regular.inverseSqrt(asTensor(v));
    const limit = store.float === "f64" ? 1e-10 : 1e-3;
    t.ok(Math.abs((await regular.quadratic(half)) / v.norm() ** 2 - 1) < limit, "a regular one");
    await backend.close();
  }
});
