/** Every operation of every kind of block against a dense matrix on the host, on random sizes. */
import { constant, reshape, softmax } from "@metrigrad/graph";
import {
  type Block,
  denseBlock,
  factorGram,
  jacobianGram,
  sharedGram,
  softmaxGram,
  unitGram,
} from "@metrigrad/metric";
import { reference, tensor } from "@metrigrad/tensor";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
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
      { numRuns: 4, seed: 7, includeErrorInReport: true },
    );
    await backend.close();
    t.ok(tried.size >= 15, `${tried.size} results within 1e-8`);
  });
}
