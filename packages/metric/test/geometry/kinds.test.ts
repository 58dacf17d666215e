/** The geometry of coupled and Kronecker blocks on the host, by metrics of one's own. */
import { constant, softmax } from "@metrigrad/graph";
import { defMetric, kronecker, metrics, type Rfim, rfim, softmaxGram } from "@metrigrad/metric";
import { dense } from "@metrigrad/nn";
import { reference } from "@metrigrad/tensor";
import { Matrix } from "ml-matrix";
import test from "tape";
import { asMatrix, asTensor, matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";

const layer = dense(2, 3);
const [d, m] = [3, 3];
const a = matrixOf("a", d, 5);
const c = matrixOf("c", m, 2);
const [left, right] = [a.mmul(a.transpose()), c.mmul(c.transpose())];

const coupled = defMetric(dense, {
  block: ({ params, reference: x, preActivation }) => [
    { params: [params.w], block: softmaxGram(x, softmax(preActivation)) },
  ],
});
const product = defMetric(dense, {
  block: ({ params }) => [
    { params: [params.w], block: kronecker(constant(asTensor(left)), constant(asTensor(right))) },
  ],
});

for (const [name, metric] of Object.entries({ coupled, product })) {
  test(`rfim, ${name}: everything on the host follows from the dense matrix`, async (t) => {
    const backend = await reference();
    const store = await backend.store(layer, { seed: 2 });
    const x = asTensor(matrixOf("x", 4, 2));
    const g: Rfim = await rfim(layer, x, { store, metrics: metrics(metric) });
    const [block] = g.blocks;
    if (block === undefined) throw new Error("no block");
    t.deepEqual([block.columns, block.matrices, block.size], ["coupled", 1, 9]);
    const whole = asMatrix(await block.toDense());
    if (name === "product") {
      t.ok(gap(whole.to1DArray(), left.kroneckerProduct(right).to1DArray()) < 1e-13, "A ⊗ G");
    }
    const eigenvalues = await block.eigenvalues();
    t.deepEqual(eigenvalues.shape, [1, 9]);
    t.ok(Math.abs(sum(eigenvalues.data()) - whole.trace()) < 1e-12, "their sum is the trace");
    const squares = Array.from(eigenvalues.data(), (value) => value ** 2);
    t.ok(Math.abs(sum(squares) - whole.norm() ** 2) < 1e-11, "their squares that of the norm");
    const damping = { relative: 0.01, absolute: 0.1 };
    const lambda = 0.01 * whole.trace() + 0.1;
    const logs = Array.from(eigenvalues.data(), (value) => Math.log(value + lambda));
    t.ok(gap((await block.logdet(damping)).data(), [sum(logs)]) < 1e-12, "logdet");

    // (g + λI)Rv is R⁻ᵀv, of length v'v under RR'.
    const v = matrixOf("v", d, m);
    const rooted = asMatrix(await block.inverseSqrt(asTensor(v), damping));
    const solved = asMatrix(await block.solve(asTensor(v), damping));
    const column = Matrix.columnVector(v.to1DArray());
    const shifted = Matrix.add(whole, Matrix.eye(9).mul(lambda));
    const y = Matrix.columnVector(rooted.to1DArray());
    const length = y.transpose().mmul(shifted).mmul(y).get(0, 0);
    t.ok(Math.abs(length / column.norm() ** 2 - 1) < 1e-11, "inverseSqrt makes white noise of it");
    const back = shifted.mmul(Matrix.columnVector(solved.to1DArray()));
    t.ok(gap(back.to1DArray(), v.to1DArray()) < 1e-11, "solve");
    const [one, two] = [await block.sample(), await block.sample()];
    t.deepEqual(one.shape, [d, m]);
    t.notDeepEqual([...one.data()], [...two.data()], "draws differ");
    await g.close();
    await backend.close();
  });
}

function sum(values: ArrayLike<number>): number {
  return Array.from(values).reduce((total, value) => total + value, 0);
}
