/** The geometry of blocks of every kind on the host, by metrics of one's own. */
import { matmul } from "@metrigrad/graph";
import { defMetric, metrics, rfim } from "@metrigrad/metric";
import { defModule, param, zeros } from "@metrigrad/nn";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import test from "tape";
import { backends } from "../support/backends.ts";
import { matricesOf } from "../support/compareBlock.ts";
import { asMatrix, asTensor, matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";
import { kinds } from "../support/kinds.ts";

/** t = XW with W [d, m]. */
const product = defModule({
  name: "product",
  options: (d: number, m: number) => ({ d, m }),
  params: ({ d, m }) => ({ w: param([d, m], zeros) }),
  apply: ({ w }, x) => matmul(x, w),
});

const sizes = { n: 4, d: 2, m: 3, r: 2, bias: true, weight: 0.5 };
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** Eigenvalues in ascending order. */
function spectrum(part: Matrix): number[] {
  const { realEigenvalues } = new EigenvalueDecomposition(part, { assumeSymmetric: true });
  return realEigenvalues.sort((a, b) => a - b);
}

for (const on of backends) {
  for (const [name, make] of Object.entries(kinds)) {
    test(`rfim, ${name}: all that the host is told is of the dense matrix, on ${on.name}`, async (t) => {
      const [made, { dense, damped }] = make(sizes);
      const { d, m } = made;
      const layer = product(d, m);
      const row = defMetric(product, {
        block: ({ params }) => [{ params: [params.w], block: made }],
      });
      const store = await on.store(layer, 2);
      const x = asTensor(matrixOf("x", sizes.n, d));
      const g = await rfim(layer, x, { store, metrics: metrics(row) });
      const [block] = g.blocks;
      if (block === undefined) throw new Error("no block");
      const limit = on.limit(1e-11, 2e-5);
      const near = (got: ArrayLike<number>, expected: readonly number[], what: string) =>
        t.ok(gap(got, expected) < limit, what);

      near((await block.toDense()).data(), dense.to1DArray(), "toDense");
      const parts = matricesOf(block, dense);
      const spectra = parts.map(spectrum);
      const eigenvalues = await block.eigenvalues();
      t.deepEqual(eigenvalues.shape, [block.matrices, block.size]);
      near(eigenvalues.data(), spectra.flat(), "eigenvalues");
      const traces = parts.map((part) => part.trace());
      near((await block.trace()).data(), traces, "trace");
      const damping = { relative: 0.01, absolute: 0.1 };
      const lambdas = traces.map((trace) => 0.01 * trace + 0.1);
      // What stands for g + λI is the block's own.
      const shifts = Array.from(
        { length: d * m },
        (_, k) => lambdas[block.columns === "own" ? k % m : 0],
      );
      const shifted =
        damped?.(lambdas[0] as number, shifts as number[]) ??
        Matrix.add(dense, Matrix.diag(shifts as number[]));
      const logs = matricesOf(block, shifted).map((part) => sum(spectrum(part).map(Math.log)));
      near((await block.logdet(damping)).data(), logs, "logdet");

      const v = matrixOf("v", d, m);
      const column = Matrix.columnVector(v.to1DArray());
      const moved = dense.mmul(column);
      near((await block.apply(asTensor(v))).data(), moved.to1DArray(), "apply");
      const length = column.transpose().mmul(moved).to1DArray();
      near([await block.quadratic(asTensor(v))], length, "quadratic");
      // (g + λI)Rv is R⁻ᵀv, of length v'v under RR'.
      const rooted = Matrix.columnVector([
        ...(await block.inverseSqrt(asTensor(v), damping)).data(),
      ]);
      const whitened = rooted.transpose().mmul(shifted).mmul(rooted).get(0, 0);
      near([whitened / column.norm() ** 2], [1], "inverseSqrt makes white noise of it");
      const solved = asMatrix(await block.solve(asTensor(v), damping));
      const back = shifted.mmul(Matrix.columnVector(solved.to1DArray()));
      near(back.to1DArray(), v.to1DArray(), "solve");
      const [one, two] = [await block.sample(), await block.sample()];
      t.deepEqual(one.shape, [d, m]);
      t.notDeepEqual([...one.data()], [...two.data()], "draws differ");
      await g.close();
      await store.close();
    });
  }
}
