/** Blocks of every kind on random sizes, beside what they are on the host. */
import { constant, reshape, softmax } from "@metrigrad/graph";
import {
  type Block,
  columnGram,
  deflatedBlock,
  denseBlock,
  diagonalBlock,
  eigenbasisBlock,
  factorGram,
  jacobianGram,
  kronecker,
  lookupGram,
  marquardtBlock,
  quasiDiagonal,
  quasiDiagonalGram,
  sharedGram,
  softmaxGram,
  sumBlock,
  transposedBlock,
  unitGram,
} from "@metrigrad/metric";
import { tensor } from "@metrigrad/tensor";
import fc from "fast-check";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import type { Expected } from "./compareBlock.ts";
import { asTensor, augmented, matrixOf } from "./draws.ts";

/** Sizes and options of one block. */
export interface Sizes {
  readonly n: number;
  readonly d: number;
  readonly m: number;
  readonly r: number;
  readonly bias: boolean;
  readonly weight: number;
}

/** Sizes at random. */
export const sizes: fc.Arbitrary<Sizes> = fc.record({
  n: fc.integer({ min: 1, max: 6 }),
  d: fc.integer({ min: 1, max: 3 }),
  m: fc.integer({ min: 2, max: 3 }),
  r: fc.integer({ min: 1, max: 2 }),
  bias: fc.boolean(),
  weight: fc.constantFrom(1, 0.25, 4),
});

/** A block and what it is on the host. */
export type Made = readonly [Block, Expected];

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

/** Weights of n rows, some of them 0, and how many samples they are the mean over. */
function weightsOf(n: number) {
  const values = Array.from({ length: n }, (_, s) => (s % 3 === 1 ? 0 : 0.4 + s));
  return { values, options: { weights: constant(tensor(values)), samples: n + 1.5 } };
}

/** (weight/samples) Σ_s w_s x̃_sx̃_s' ⊗ S_s. */
function weightedSum(rows: Matrix, metrics: readonly Matrix[], weight: number): Matrix {
  const { values, options } = weightsOf(rows.rows);
  const scaled = metrics.map((metric, s) => Matrix.mul(metric, values[s] as number));
  return sumOfProducts(rows, scaled, (weight * rows.rows) / options.samples);
}

/** The permutation of W flattened row-major to W' [m, d], of W [d, m]. */
function transposition(d: number, m: number): Matrix {
  const all = Matrix.zeros(d * m, d * m);
  for (let a = 0; a < d; a++) for (let i = 0; i < m; i++) all.set(i * d + a, a * m + i, 1);
  return all;
}

/** g + λ diag(g)·size/tr g for matrices of their own, or one. */
function alongDiagonal(
  { dense }: Expected,
  matrix: (k: number) => number,
): NonNullable<Expected["damped"]> {
  const diagonal = dense.diag();
  const mean = (k: number) => {
    const own = diagonal.filter((_, at) => matrix(at) === matrix(k));
    return own.reduce((sum, value) => sum + value, 0) / own.length;
  };
  const share = diagonal.map((value, k) => value / mean(k));
  return (_, all) => Matrix.add(dense, Matrix.diag(share.map((one, k) => one * (all[k] ?? 0))));
}

/** A block of every constructor. */
export const kinds: Readonly<Record<string, (sizes: Sizes) => Made>> = {
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
  marquardtBlock: (one) => {
    const [block, expected] = (kinds.sharedGram as (sizes: Sizes) => Made)(one);
    const damped = alongDiagonal(expected, () => 0);
    return [marquardtBlock(block), { ...expected, damped }];
  },
  "marquardtBlock, a matrix per column": (one) => {
    const [block, expected] = (kinds.unitGram as (sizes: Sizes) => Made)(one);
    const damped = alongDiagonal(expected, (k) => k % one.m);
    return [marquardtBlock(block), { dense: expected.dense, damped }];
  },
  "marquardtBlock, coupled columns": (one) => {
    const [block, expected] = (kinds.factorGram as (sizes: Sizes) => Made)(one);
    const damped = alongDiagonal(expected, () => 0);
    return [marquardtBlock(block), { dense: expected.dense, damped }];
  },
  "marquardtBlock, in a sum of two": (one) => {
    const [block, { dense }] = (kinds.sharedGram as (sizes: Sizes) => Made)(one);
    const twice = { dense: Matrix.mul(dense, 2) };
    const damped = alongDiagonal(twice, () => 0);
    return [sumBlock([marquardtBlock(block), marquardtBlock(block)]), { ...twice, damped }];
  },
  "sharedGram, weighted rows": (one) => {
    const { x, rows } = rowsOf(one);
    const { n, m, bias, weight } = one;
    const units = Array.from({ length: n }, () => Matrix.eye(m));
    const { options } = weightsOf(n);
    const block = sharedGram(x, m, { bias, weight, ...options });
    return [block, { dense: weightedSum(rows, units, weight), rows }];
  },
  "unitGram, weighted rows": (one) => {
    const { x, rows } = rowsOf(one);
    const { n, m, bias, weight } = one;
    const nu = Matrix.abs(matrixOf("nu", n, m));
    const units = nu.to2DArray().map((row) => Matrix.diag(row));
    const { options } = weightsOf(n);
    const block = unitGram(x, constant(asTensor(nu)), { bias, weight, ...options });
    return [block, { dense: weightedSum(rows, units, weight), rows }];
  },
  "factorGram, weighted rows": (one) => {
    const { x, rows } = rowsOf(one);
    const { n, m, r, bias, weight } = one;
    const factors = Array.from({ length: n }, (_, s) => matrixOf(`factor${s}`, m, r));
    const all = tensor(
      factors.map((factor) => factor.to2DArray()),
      { shape: [n, m, r] },
    );
    const metrics = factors.map((factor) => factor.mmul(factor.transpose()));
    const { options } = weightsOf(n);
    const block = factorGram(x, constant(all), { bias, weight, ...options });
    return [block, { dense: weightedSum(rows, metrics, weight), rows }];
  },
  "jacobianGram, weighted rows": ({ n, d, m, r, weight }) => {
    const rows = matrixOf("jacobian", n * r, d * m);
    const { values, options } = weightsOf(n);
    const scale = Matrix.diag(
      Array.from({ length: n * r }, (_, k) => values[Math.floor(k / r)] as number),
    );
    const given = reshape(constant(asTensor(rows)), [n, r, d, m]);
    const block = jacobianGram(given, { shape: [d, m], weight, ...options });
    const dense = rows.transpose().mmul(scale).mmul(rows);
    return [block, { dense: dense.mul(weight / options.samples) }];
  },
  lookupGram: (one) => {
    const { n, d, m, weight } = one;
    const at = Array.from({ length: n }, (_, s) => (3 * s) % d);
    const rows = new Matrix(at.map((k) => Array.from({ length: d }, (_, a) => Number(a === k))));
    const units = Array.from({ length: n }, () => Matrix.eye(m));
    const { options } = weightsOf(n);
    const block = lookupGram(constant(tensor(Int32Array.from(at))), {
      shape: [d, m],
      weight,
      ...options,
    });
    return [block, { dense: weightedSum(rows, units, weight) }];
  },
  "lookupGram, weights per column": (one) => {
    const { n, d, m } = one;
    const at = Array.from({ length: n }, (_, s) => s % d);
    const rows = new Matrix(at.map((k) => Array.from({ length: d }, (_, a) => Number(a === k))));
    const nu = Matrix.abs(matrixOf("nu", n, m));
    const units = nu.to2DArray().map((row) => Matrix.diag(row));
    const indices = constant(tensor(Int32Array.from(at)));
    const block = lookupGram(indices, { shape: [d, m], nu: nodeOf(nu) });
    return [block, { dense: sumOfProducts(rows, units, 1) }];
  },
  "sumBlock, of rows with other weights and shares": (one) => {
    const [bare, first] = (kinds.sharedGram as (sizes: Sizes) => Made)(one);
    const [some, second] = (kinds["sharedGram, weighted rows"] as (sizes: Sizes) => Made)(one);
    return [sumBlock([bare, some]), { dense: Matrix.add(first.dense, second.dense) }];
  },
  "sumBlock, of all kinds": (one) => {
    const names = ["kronecker", "softmaxGram", "diagonalBlock", "jacobianGram"] as const;
    const made = names.map((name) =>
      (kinds[name] as (sizes: Sizes) => Made)({ ...one, bias: false }),
    );
    const dense = made.map(([, expected]) => expected.dense);
    return [sumBlock(made.map(([block]) => block)), { dense: total(dense) }];
  },
  "sumBlock, of one matrix and one per column": (one) => {
    const names = ["denseBlock, one for all columns", "denseBlock, one per column"] as const;
    const made = names.map((name) => (kinds[name] as (sizes: Sizes) => Made)(one));
    const dense = made.map(([, expected]) => expected.dense);
    return [sumBlock(made.map(([block]) => block)), { dense: total(dense) }];
  },
  "transposedBlock, of one matrix per column": (one) => transposed("unitGram", one),
  "transposedBlock, of one matrix": (one) => transposed("sharedGram, weighted rows", one),
  "transposedBlock, coupled": (one) => transposed("kronecker", one),
  columnGram: (one) => ofColumns(one, false),
  "columnGram, weighted rows": (one) => ofColumns(one, true),
  "deflatedBlock, of one matrix": (one) => deflatedOf("sharedGram", one),
  "deflatedBlock, of one matrix per column": (one) => deflatedOf("unitGram", one),
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
  "denseBlock, one for all columns": ({ d, m, n }) => {
    const g = definite("root", d, n);
    const block = denseBlock(reshape(nodeOf(g), [1, d, d]), m);
    return [block, { dense: g.kroneckerProduct(Matrix.eye(m)) }];
  },
  "denseBlock, one per column": ({ d, m, n }) => {
    const all = Array.from({ length: m }, (_, i) => definite(`root${i}`, d, n));
    const dense = Matrix.zeros(d * m, d * m);
    for (const [i, g] of all.entries()) {
      const own = Matrix.zeros(m, m);
      own.set(i, i, 1);
      dense.add(g.kroneckerProduct(own));
    }
    const matrices = nodeOf(new Matrix(all.flatMap((g) => g.to2DArray())));
    return [denseBlock(reshape(matrices, [m, d, d]), m), { dense }];
  },
  "denseBlock, coupled": ({ d, m }) => {
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
  eigenbasisBlock: ({ d, m }) => {
    const bases = [definite("a", d, d), definite("g", m, m)].map(
      (one) => new EigenvalueDecomposition(one, { assumeSymmetric: true }).eigenvectorMatrix,
    );
    const [p, q] = bases as [Matrix, Matrix];
    const values = Matrix.abs(matrixOf("values", d, m));
    const both = p.kroneckerProduct(q);
    const dense = both.mmul(Matrix.diag(values.to1DArray())).mmul(both.transpose());
    return [eigenbasisBlock(nodeOf(p), nodeOf(q), nodeOf(values)), { dense }];
  },
  diagonalBlock: ({ d, m }) => {
    const values = Matrix.abs(matrixOf("values", d, m));
    return [diagonalBlock(nodeOf(values)), { dense: Matrix.diag(values.to1DArray()) }];
  },
  quasiDiagonalGram: (one) => {
    const { x, nu, dense } = quasiDiagonalOf(one);
    return [quasiDiagonalGram(nodeOf(x), nodeOf(nu), { weight: one.weight }), { dense }];
  },
  quasiDiagonal: (one) => {
    const { dense } = quasiDiagonalOf(one);
    const { d, m } = one;
    const row = (a: number, b: number) =>
      Array.from({ length: m }, (_, i) => dense.get(a * m + i, b * m + i));
    const all = Array.from({ length: d + 1 }, (_, a) => a);
    const diagonal = new Matrix(all.map((a) => row(a, a)));
    const coupling = new Matrix(all.slice(0, d).map((a) => row(a, d)));
    return [quasiDiagonal(nodeOf(diagonal), nodeOf(coupling)), { dense }];
  },
};

function total(all: readonly Matrix[]): Matrix {
  return all.reduce((sum, one) => Matrix.add(sum, one));
}

/** Columns with rows of their own, weighted or not. */
function ofColumns({ n, d, m, weight }: Sizes, isWeighted: boolean): Made {
  const rows = Array.from({ length: m }, (_, i) => matrixOf(`column${i}`, n, d));
  const { values, options } = weightsOf(n);
  const scale = Matrix.diag(isWeighted ? values : new Array<number>(n).fill(1));
  const samples = isWeighted ? options.samples : n;
  const dense = Matrix.zeros(d * m, d * m);
  for (const [i, z] of rows.entries()) {
    const own = Matrix.zeros(m, m);
    own.set(i, i, weight / samples);
    dense.add(z.transpose().mmul(scale).mmul(z).kroneckerProduct(own));
  }
  const node = reshape(nodeOf(new Matrix(rows.flatMap((z) => z.to2DArray()))), [m, n, d]);
  return [columnGram(node, { weight, ...(isWeighted ? options : {}) }), { dense }];
}

/** A kind pulled back through Jδ = s∘(δ − w⟨q, δ⟩). */
function deflatedOf(name: string, one: Sizes): Made {
  const [block, { dense }] = (kinds[name] as (sizes: Sizes) => Made)(one);
  const { d, m } = block;
  const [q, w] = [matrixOf("q", d, m), matrixOf("along", d, m)];
  const s = Array.from({ length: d }, (_, a) => 0.5 + a);
  const across = Matrix.columnVector(w.to1DArray()).mmul(Matrix.rowVector(q.to1DArray()));
  const scale = Matrix.diag(s.flatMap((value) => new Array<number>(m).fill(value)));
  const jacobian = scale.mmul(Matrix.sub(Matrix.eye(d * m), across));
  const map = { q: nodeOf(q), w: nodeOf(w), scale: constant(tensor(s.map((value) => [value]))) };
  return [deflatedBlock(block, map), { dense: jacobian.transpose().mmul(dense).mmul(jacobian) }];
}

/** A kind over W' [d, m], as one over W [m, d]. */
function transposed(name: string, one: Sizes): Made {
  const [block, { dense }] = (kinds[name] as (sizes: Sizes) => Made)(one);
  const swap = transposition(block.m, block.d);
  return [transposedBlock(block), { dense: swap.transpose().mmul(dense).mmul(swap) }];
}

/** The matrix of a quasi-diagonal reduction, entry by entry. */
function quasiDiagonalOf({ n, d, m, weight }: Sizes) {
  const x = matrixOf("x", n, d);
  const rows = augmented(x);
  const nu = Matrix.abs(matrixOf("nu", n, m));
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
  return { x, nu, dense };
}
