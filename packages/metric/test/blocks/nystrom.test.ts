/** The sketch of low rank and the conjugate gradients that it preconditions, against dense solves in plain numbers. */
import { compile, constant, type Node } from "@metrigrad/graph";
import { type Block, explain, type SolveOptions, sharedGram } from "@metrigrad/metric";
import { dense } from "@metrigrad/nn";
import { reference } from "@metrigrad/tensor";
import { EigenvalueDecomposition, Matrix, QrDecomposition, solve } from "ml-matrix";
import test from "tape";
import { asTensor, matrixOf } from "../support/draws.ts";

const lambda = 1e-8;
const damping = { absolute: lambda };

/** Rows whose matrix X'X/n has the eigenvalues 10^(-k/2): a condition of 10⁸ at that λ. */
function rowsOf(n: number, d: number): Matrix {
  const k = Math.min(n, d);
  const roots = Array.from({ length: k }, (_, at) => Math.sqrt(n) * 10 ** (-at / 4));
  const [left, right] = [n, d].map(
    (size, at) => new QrDecomposition(matrixOf(`side${at}`, size, k)).orthogonalMatrix,
  ) as [Matrix, Matrix];
  return left.mmul(Matrix.diag(roots)).mmul(right.transpose());
}

const blockOf = (x: Matrix): Block => sharedGram(constant(asTensor(x)), 2, { bias: false });

/** Values of nodes in a program of a store with this seed. */
async function values(nodes: readonly Node[], seed = 1): Promise<Matrix[]> {
  const backend = await reference();
  const store = await backend.store([], { seed });
  const program = await compile({ outputs: nodes }, store);
  const handles = await program.run();
  const read = await Promise.all(handles.map((handle) => handle.read()));
  await backend.close();
  return read.map((one) => {
    const [a = 1, b = 1] = one.shape;
    return Matrix.from1DArray(a, b, [...one.data()]);
  });
}

const nystromBy = (rank: number, iterations: number): SolveOptions => ({
  solver: "nystrom",
  damping,
  rank,
  iterations,
  float: "f64",
});

const far = (a: Matrix | undefined, b: Matrix) => Matrix.sub(a as Matrix, b).norm() / b.norm();

for (const [name, n, d] of [
  ["fewer rows than parameters", 30, 50],
  ["fewer parameters than rows", 50, 30],
] as const) {
  const x = rowsOf(n, d);
  const g = x.transpose().mmul(x).div(n);
  const damped = Matrix.add(g, Matrix.eye(d).mul(lambda));
  const cotangents = matrixOf("c", n, 2).div(n);
  const gradient = x.transpose().mmul(cotangents);

  test(`nystrom, ${name}: exact at full rank`, async (t) => {
    const block = blockOf(x);
    // The matrix has no more than 30 eigenvalues beside λ.
    const v = g.mmul(matrixOf("v", d, 2));
    const options = nystromBy(50, 0);
    const [bySolve, byOutputs] = await values([
      block.solve(constant(asTensor(v)), options),
      block.solveOutputs?.(constant(asTensor(cotangents)), null, options) as Node,
    ]);
    t.ok(far(bySolve, solve(damped, v)) < 1e-5, `solve: ${far(bySolve, solve(damped, v))}`);
    const wanted = solve(damped, gradient);
    t.ok(far(byOutputs, wanted) < 1e-5, `in the space of outputs: ${far(byOutputs, wanted)}`);
  });

  test(`nystrom, ${name}: what the sketch leaves of the matrix is bounded by its small eigenvalues`, async (t) => {
    const block = blockOf(x);
    const eigenvalues = new EigenvalueDecomposition(g).realEigenvalues.sort((a, b) => b - a);
    const shift = 1;
    for (const rank of [6, 12, 18]) {
      // (ĝ + I)⁻¹ of the identity, column pair by column pair, gives ĝ.
      const basis = Array.from({ length: d / 2 }, (_, at) =>
        Matrix.eye(d, d).subMatrix(0, d - 1, 2 * at, 2 * at + 1),
      );
      const columns = await values(
        basis.map((pair) =>
          block.solve(constant(asTensor(pair)), {
            ...nystromBy(rank, 0),
            damping: { absolute: shift },
          }),
        ),
      );
      const inverse = Matrix.zeros(d, d);
      columns.forEach((pair, at) => {
        inverse.setSubMatrix(pair, 0, 2 * at);
      });
      const left = Matrix.sub(
        g,
        Matrix.sub(solve(inverse, Matrix.eye(d)), Matrix.eye(d).mul(shift)),
      );
      const rest = new EigenvalueDecomposition(Matrix.add(left, left.transpose()).div(2))
        .realEigenvalues;
      const p = rank - 4;
      // Frangella, Tropp and Udell 2021, corollary 2.3, in expectation: with p = r − 4 and an oversampling of 4.
      const tail = eigenvalues.slice(p).reduce((sum, one) => sum + one, 0);
      const bound =
        (1 + (2 * p) / 3) * (eigenvalues[p] as number) + ((2 * Math.E ** 2 * rank) / 15) * tail;
      t.ok(Math.max(...rest) <= bound, `rank ${rank}: ${Math.max(...rest)} of ${bound}`);
      t.ok(Math.min(...rest) > -1e-12, "and nothing is added");
    }
  });

  test(`nystrom, ${name}: a sketch saves most of the steps of conjugate gradients`, async (t) => {
    const block = blockOf(x);
    const side = constant(asTensor(gradient));
    const counts = [5, 10, 20, 40, 80];
    const left = async (optionsOf: (iterations: number) => SolveOptions) => {
      const nodes = counts.map((count) => {
        const made = block.prepare(null, optionsOf(count));
        return made.residual(side, made.solve(side));
      });
      return (await values(nodes)).map((one) => one.get(0, 0));
    };
    const first = (residuals: readonly number[]) =>
      counts[residuals.findIndex((one) => one < 1e-6)] ?? Number.POSITIVE_INFINITY;
    const plain = first(await left((iterations) => ({ solver: "cg", damping, iterations })));
    const sketched = first(await left((iterations) => nystromBy(15, iterations)));
    t.ok(sketched * 2 <= plain && sketched <= 20, `${sketched} steps and ${plain}`);
    const outputs = counts.map((count) =>
      block.solveOutputs?.(constant(asTensor(cotangents)), null, nystromBy(15, count)),
    ) as Node[];
    const wanted = solve(damped, gradient);
    const errors = (await values(outputs)).map((one) => far(one, wanted));
    t.ok(
      (errors[2] as number) < 1e-4,
      `in the space of outputs: ${errors.map((e) => e.toExponential(1))}`,
    );
  });
}

test("nystrom: another run has another sketch, the same seed the same", async (t) => {
  const x = rowsOf(20, 30);
  const v = constant(asTensor(matrixOf("v", 30, 2)));
  const of = async (seed: number) =>
    (await values([blockOf(x).solve(v, nystromBy(3, 0))], seed))[0] as Matrix;
  const [first, again, other] = [await of(1), await of(1), await of(2)];
  t.equal(far(first, again), 0);
  t.ok(far(first, other) > 1e-6);
});

test("nystrom: ranks and steps that are none are refused", (t) => {
  const block = blockOf(rowsOf(4, 6));
  const v = constant(asTensor(matrixOf("v", 6, 2)));
  const refused = (options: SolveOptions, message: RegExp) =>
    t.throws(() => block.solve(v, { damping, ...options }), message);
  refused(
    { solver: "nystrom", rank: 0 },
    /sharedGram, solve: rank must be a positive integer, got 0; pass \{ rank: 100 \}/,
  );
  refused(
    { solver: "nystrom", iterations: -1 },
    /iterations must be an integer that is not negative, got -1; pass \{ iterations: 50 \}/,
  );
  refused({ solver: "cg", iterations: 0 }, /iterations must be a positive integer, got 0/);
  refused({ solver: "nystrom", damping: {} }, /sharedGram, solve: .* must be damped/);
  t.end();
});

test("nystrom: its costs are those of its rank and steps", (t) => {
  const { cost, costs } = sharedGram(constant(asTensor(rowsOf(40, 60))), 1, { bias: false });
  t.notEqual(cost.solver, "nystrom", "it is taken where it is asked for");
  const own = costs.find(({ solver }) => solver === "nystrom");
  t.equal(own?.why, "rank 32 of 40, 10 steps");
  t.equal(own?.tuned?.({ rank: 5, iterations: 0 }).why, "rank 5 of 40");
  const rowOf = (options: object) =>
    explain(dense(2999, 1), { batchSize: 1000, solver: "nystrom", ...options }).rows[0];
  const [few, many] = [rowOf({ rank: 20, iterations: 5 }), rowOf({ rank: 200, iterations: 5 })];
  t.equal(few?.why, "asked for, rank 20 of 1000, 5 steps");
  t.equal(few?.build, 2 * 1000 * 3000 * 20 + 2 * 1000 * 20 ** 2 + 20 ** 3 / 3);
  t.ok((many?.build ?? 0) > 9 * (few?.build ?? 0) && (many?.bytes ?? 0) > 5 * (few?.bytes ?? 0));
  const exact = explain(dense(2999, 1), 1000).rows[0];
  t.ok((few?.build ?? 0) < 0.1 * (exact?.build ?? 0), "less than the exact solve");
  t.end();
});
