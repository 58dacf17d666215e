/** Every operation of every kind of block against a dense matrix on the host, on random sizes. */
import { constant, reshape, softmax } from "@metrigrad/graph";
import {
  type Block,
  denseBlock,
  diagonalBlock,
  eigenbasisBlock,
  factorGram,
  jacobianGram,
  kronecker,
  quasiDiagonal,
  quasiDiagonalGram,
  sharedGram,
  softmaxGram,
  unitGram,
} from "@metrigrad/metric";
import { reference, tensor } from "@metrigrad/tensor";
import fc from "fast-check";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import test from "tape";
import { compareBlock, type Expected } from "../support/compareBlock.ts";
import { asTensor, augmented, matrixOf } from "../support/draws.ts";

/** Sizes and options of one block. */
interface Sizes {
  readonly n: number;
  readonly d: number;
  readonly m: number;
  readonly r: number;
  readonly bias: boolean;
  readonly weight: number;
}

const sizes: fc.Arbitrary<Sizes> = fc.record({
  n: fc.integer({ min: 1, max: 6 }),
  d: fc.integer({ min: 1, max: 3 }),
  m: fc.integer({ min: 2, max: 3 }),
  r: fc.integer({ min: 1, max: 2 }),
  bias: fc.boolean(),
  weight: fc.constantFrom(1, 0.25, 4),
});

/** A block and what it is on the host. */
type Made = readonly [Block, Expected];

/** (weight/n) Σ_s x̃_sx̃_s' ⊗ S_s. */
function sumOfProducts(rows: Matrix, metrics: readonly Matrix[], weight: number): Matrix {
  const size = rows.columns * (metrics[0] as Matrix).rows;
  return metrics.reduce(
    (total, metric, s) => {
      const x = rows.getRowVector(s);
      const one = x.transpose().mmul(x).kroneckerProduct(metric);
      return total.add(one.mul(weight / rows.rows));
    },
    Matrix.zeros(size, size),
  );
}

function rowsOf({ n, d, bias }: Sizes) {
  const x = matrixOf("x", n, d);
  return { x: constant(asTensor(x)), rows: bias ? augmented(x) : x };
}

/** A psd matrix of a rank up to n. */
function definite(path: string, size: number, n: number): Matrix {
  const root = matrixOf(path, size, n);
  return root.mmul(root.transpose());
}

const nodeOf = (matrix: Matrix) => constant(asTensor(matrix));

const kinds: Record<string, (sizes: Sizes) => Made> = {
  sharedGram: (one) => {
    const { x, rows } = rowsOf(one);
    const { n, m, bias, weight } = one;
    const units = Array.from({ length: n }, () => Matrix.eye(m));
    return [
      sharedGram(x, m, { bias, weight }),
      { dense: sumOfProducts(rows, units, weight), rows },
    ];
  },
  unitGram: (one) => {
    const { x, rows } = rowsOf(one);
    const { n, m, bias, weight } = one;
    const nu = Matrix.abs(matrixOf("nu", n, m));
    const units = nu.to2DArray().map((row) => Matrix.diag(row));
    const block = unitGram(x, constant(asTensor(nu)), { bias, weight });
    return [block, { dense: sumOfProducts(rows, units, weight), rows }];
  },
  factorGram: (one) => {
    const { x, rows } = rowsOf(one);
    const { n, m, r, bias, weight } = one;
    const factors = Array.from({ length: n }, (_, s) => matrixOf(`factor${s}`, m, r));
    const all = tensor(
      factors.map((factor) => factor.to2DArray()),
      { shape: [n, m, r] },
    );
    const metrics = factors.map((factor) => factor.mmul(factor.transpose()));
    const block = factorGram(x, constant(all), { bias, weight });
    return [block, { dense: sumOfProducts(rows, metrics, weight), rows }];
  },
  softmaxGram: (one) => {
    const { x, rows } = rowsOf(one);
    const { n, m, bias, weight } = one;
    const t = matrixOf("t", n, m);
    const metrics = t.to2DArray().map((row) => {
      const total = row.reduce((sum, value) => sum + Math.exp(value), 0);
      const eta = row.map((value) => Math.exp(value) / total);
      return Matrix.sub(Matrix.diag(eta), Matrix.columnVector(eta).mmul(Matrix.rowVector(eta)));
    });
    const block = softmaxGram(x, softmax(constant(asTensor(t))), { bias, weight });
    return [block, { dense: sumOfProducts(rows, metrics, weight), rows }];
  },
  jacobianGram: ({ n, d, m, r, weight }) => {
    const rows = matrixOf("jacobian", n * r, d * m);
    const block = jacobianGram(reshape(constant(asTensor(rows)), [n, r, d, m]), {
      shape: [d, m],
      weight,
    });
    return [
      block,
      {
        dense: rows
          .transpose()
          .mmul(rows)
          .mul(weight / n),
      },
    ];
  },
  denseBlock: ({ d, m }) => {
    const root = matrixOf("root", d * m, d * m);
    const dense = root.mmul(root.transpose());
    const matrices = reshape(constant(asTensor(dense)), [1, d * m, d * m]);
    return [denseBlock(matrices, m, "dense", "coupled"), { dense }];
  },
  kronecker: ({ d, m, n }) => {
    const [a, g] = [definite("a", d, n), definite("g", m, n)];
    return [kronecker(nodeOf(a), nodeOf(g)), { dense: a.kroneckerProduct(g) }];
  },
  "kronecker, split damping": ({ d, m }) => {
    const [a, g] = [definite("a", d, d), definite("g", m, m)];
    const pi = Math.sqrt(a.trace() / d / (g.trace() / m));
    const damped = (lambda: number) => {
      const left = Matrix.add(a, Matrix.eye(d).mul(pi * Math.sqrt(lambda)));
      const right = Matrix.add(g, Matrix.eye(m).mul(Math.sqrt(lambda) / pi));
      return left.kroneckerProduct(right);
    };
    const block = kronecker(nodeOf(a), nodeOf(g), { split: true });
    return [block, { dense: a.kroneckerProduct(g), damped }];
  },
  eigenbasis: ({ d, m }) => {
    const bases = [definite("a", d, d), definite("g", m, m)].map(
      (one) => new EigenvalueDecomposition(one, { assumeSymmetric: true }).eigenvectorMatrix,
    );
    const [p, q] = bases as [Matrix, Matrix];
    const values = Matrix.abs(matrixOf("values", d, m));
    const both = p.kroneckerProduct(q);
    const dense = both.mmul(Matrix.diag(values.to1DArray())).mmul(both.transpose());
    return [eigenbasisBlock(nodeOf(p), nodeOf(q), nodeOf(values)), { dense }];
  },
  diagonal: ({ d, m }) => {
    const values = Matrix.abs(matrixOf("values", d, m));
    return [diagonalBlock(nodeOf(values)), { dense: Matrix.diag(values.to1DArray()) }];
  },
  quasiDiagonal: ({ n, d, m, weight }) => {
    const x = matrixOf("x", n, d);
    const rows = augmented(x);
    const nu = Matrix.abs(matrixOf("nu", n, m));
    const block = quasiDiagonalGram(nodeOf(x), nodeOf(nu), { weight });
    const size = (d + 1) * m;
    const dense = Matrix.zeros(size, size);
    for (let i = 0; i < m; i++) {
      const scale = Matrix.diag(nu.getColumn(i).map((value) => (value * weight) / n));
      const g = rows.transpose().mmul(scale).mmul(rows);
      for (let a = 0; a <= d; a++) {
        for (let b = 0; b <= d; b++) {
          const kept = a === b || a === d || b === d;
          const value = kept ? g.get(a, b) : (g.get(a, d) * g.get(d, b)) / g.get(d, d);
          dense.set(a * m + i, b * m + i, value);
        }
      }
    }
    return [block, { dense }];
  },
};

for (const [name, make] of Object.entries(kinds)) {
  test(`${name}: every operation on random sizes, seed 7`, async (t) => {
    const backend = await reference();
    const store = await backend.store([]);
    const tried = new Set<string>();
    await fc.assert(
      fc.asyncProperty(sizes, async (one) => {
        const [block, expected] = make(one);
        for (const [operation, error] of await compareBlock(block, expected, store)) {
          tried.add(operation);
          if (!(error < 1e-8)) throw new Error(`${operation} is off by ${error}`);
        }
      }),
      { numRuns: 3, seed: 7, includeErrorInReport: true },
    );
    await backend.close();
    t.ok(tried.size >= 15, `${tried.size} results within 1e-8`);
  });
}

test("the comparison rings on a matrix that is 1 % off", async (t) => {
  const backend = await reference();
  const store = await backend.store([]);
  const sizes = { n: 4, d: 2, m: 2, r: 1, bias: false, weight: 1 };
  const [block, { dense }] = (kinds.unitGram as (sizes: Sizes) => Made)(sizes);
  const errors = await compareBlock(block, { dense: dense.mul(1.01) }, store);
  await backend.close();
  const quiet = [...errors].filter(([name, error]) => !name.startsWith("residual") && error < 1e-4);
  t.deepEqual(quiet, [], `${errors.size} results`);
});

test("blocks: what does not fit is refused where it is made or used", (t) => {
  const x = nodeOf(matrixOf("x", 4, 2));
  const square = nodeOf(Matrix.eye(3));
  t.throws(
    () => factorGram(x, constant(tensor([[[1], [2]]]))),
    /factorGram: rows must be \[n, d\] and factors \[n, m, r\], got \[4, 2\] and \[1, 2, 1\]; pass/,
  );
  t.throws(
    () => softmaxGram(x, nodeOf(Matrix.ones(4, 1))),
    /softmaxGram: probabilities must be \[n, m\] with m ≥ 2, got \[4, 1\]; pass softmax/,
  );
  t.throws(
    () => jacobianGram(reshape(x, [2, 2, 2]), { shape: [3, 2] }),
    /jacobianGram: rows must be \[n, r, 6\] or \[n, r, 3, 2\], got \[2, 2, 2\]; pass/,
  );
  t.throws(
    () => denseBlock(reshape(square, [1, 3, 3]), 2, "dense", "coupled"),
    /denseBlock: coupled matrices must be \[1, d·2, d·2\], got \[1, 3, 3\]; reshape/,
  );
  t.throws(
    () => kronecker(square, x),
    /kronecker: factors must be \[d, d\] and \[m, m\], got \[3, 3\] and \[4, 2\]; pass/,
  );
  t.throws(
    () => eigenbasisBlock(square, square, x),
    /eigenbasis: bases must be \[d, d\] and \[m, m\], values \[d, m\], got \[3, 3\] and \[3, 3\] and \[4, 2\]; pass/,
  );
  t.throws(
    () => diagonalBlock(constant(tensor([1, 2]))),
    /diagonal: values must be \[d, m\] like the parameter, got \[2\]; reshape/,
  );
  t.throws(
    () => quasiDiagonal(x, x),
    /quasiDiagonal: the diagonal must be \[d, m\] and the coupling .* \[d − 1, m\], got \[4, 2\] and \[4, 2\]/,
  );
  t.throws(
    () => quasiDiagonalGram(x, square),
    /quasiDiagonalGram: rows must be \[n, d − 1\] and weights \[n, m\], got \[4, 2\] and \[3, 3\]/,
  );
  const block = diagonalBlock(x);
  t.throws(
    () => block.solve(square),
    /diagonal, solve: the vector must be \[4, 2\] like the parameter, got \[3, 3\]; reshape it/,
  );
  t.throws(
    () => block.solve(x, { solver: "woodbury" }),
    /diagonal, solve: solver must be one of dense, cg, diagonal, got woodbury; choose one/,
  );
  t.throws(
    () => jacobianGram(reshape(x, [2, 2, 2]), { shape: [1, 2] }).apply(x),
    /jacobianGram: the vector must be \[1, 2\] like the parameter, got \[4, 2\]/,
  );
  const wide = kronecker(nodeOf(Matrix.eye(200)), nodeOf(Matrix.eye(200)));
  const v = nodeOf(Matrix.zeros(200, 200));
  t.throws(
    () => wide.solve(v, { solver: "dense" }),
    /kronecker: explicit matrices must fit in 2 GiB, got 1 × \[40000, 40000\], 6.0 GiB; solve by/,
  );
  t.doesNotThrow(() => wide.solve(v));
  t.end();
});
