/** Rows that count differently, and several rows of one sample. */
import { constant, type Node } from "@metrigrad/graph";
import {
  factorGram,
  jacobianGram,
  kronecker,
  kroneckerFactors,
  lookupGram,
  quasiDiagonalGram,
  sharedGram,
  softmaxGram,
  sumBlock,
  unitGram,
} from "@metrigrad/metric";
import { tensor } from "@metrigrad/tensor";
import { Matrix } from "ml-matrix";
import test from "tape";
import { backends } from "../support/backends.ts";
import { asTensor, matrixOf } from "../support/draws.ts";
import { evaluate, gap } from "../support/evaluate.ts";

const [n, d, m, r] = [4, 3, 2, 2] as const;
/** How often each row counts; its repetition is the same without weights. */
const counts = [2, 0, 1, 3];
const repeated = counts.flatMap((count, s) => new Array<number>(count).fill(s));
const options = { weights: constant(tensor(counts)), samples: 5 };

const chosen = (matrix: Matrix) =>
  matrix.selection(repeated, [...new Array(matrix.columns).keys()]);
const node = (matrix: Matrix) => constant(asTensor(matrix));
const factorsOf = (rows: readonly number[]) =>
  constant(
    tensor(
      rows.map((s) => matrixOf(`factor${s}`, m, r).to2DArray()),
      { shape: [rows.length, m, r] },
    ),
  );
const all = [...new Array(n).keys()];
const x = matrixOf("x", n, d);
const nu = Matrix.abs(matrixOf("nu", n, m));
const eta = node(new Matrix(all.map((s) => [0.2 + s / 10, 0.8 - s / 10])));
const etaRepeated = node(new Matrix(repeated.map((s) => [0.2 + s / 10, 0.8 - s / 10])));
const jacobian = (rows: readonly number[]) =>
  constant(
    tensor(
      rows.map((s) => matrixOf(`j${s}`, r, d * m).to2DArray()),
      { shape: [rows.length, r, d * m] },
    ),
  );
const whole = (from: Node, factors: Node, by: object) => {
  const { a, g } = kroneckerFactors(from, factors, by);
  return kronecker(a, g);
};

const samples = { samples: 5 };
const pairs = {
  sharedGram: [sharedGram(node(x), m, options), sharedGram(node(chosen(x)), m, samples)],
  unitGram: [
    unitGram(node(x), node(nu), options),
    unitGram(node(chosen(x)), node(chosen(nu)), samples),
  ],
  factorGram: [
    factorGram(node(x), factorsOf(all), options),
    factorGram(node(chosen(x)), factorsOf(repeated), samples),
  ],
  softmaxGram: [
    softmaxGram(node(x), eta, options),
    softmaxGram(node(chosen(x)), etaRepeated, samples),
  ],
  quasiDiagonalGram: [
    quasiDiagonalGram(node(x), node(nu), options),
    quasiDiagonalGram(node(chosen(x)), node(chosen(nu)), samples),
  ],
  jacobianGram: [
    jacobianGram(jacobian(all), { shape: [d, m], ...options }),
    jacobianGram(jacobian(repeated), { shape: [d, m], ...samples }),
  ],
  lookupGram: [
    lookupGram(constant(tensor(Int32Array.from([0, 1, 1, 2]))), { shape: [d, m], ...options }),
    lookupGram(constant(tensor(Int32Array.from(repeated.map((s) => [0, 1, 1, 2][s] as number)))), {
      shape: [d, m],
      ...samples,
    }),
  ],
  kroneckerFactors: [
    whole(node(x), factorsOf(all), options),
    whole(node(chosen(x)), factorsOf(repeated), samples),
  ],
} as const;

for (const on of backends) {
  for (const [name, [weighted, expected]] of Object.entries(pairs)) {
    test(`weights, ${name}: a row of weight 2 is two rows, one of weight 0 is none, on ${on.name}`, async (t) => {
      const [got, wanted] = await evaluate([weighted.toDense(), expected.toDense()], on);
      t.ok(gap(got?.data() ?? [], [...(wanted?.data() ?? [])]) < on.limit(1e-12, 1e-5));
    });
  }

  test(`weights: a solve in the space of outputs is that without the rows of weight 0, on ${on.name}`, async (t) => {
    const kept = [0, 2, 3];
    const part = (matrix: Matrix) => matrix.selection(kept, [...new Array(matrix.columns).keys()]);
    const cotangents = matrixOf("cotangents", n, m);
    cotangents.setRow(1, [0, 0]);
    const weights = constant(tensor([2, 0, 1, 3]));
    const rest = constant(tensor([2, 1, 3]));
    // As an exponential that overflows in a row that does not count.
    const wild = nu.clone();
    wild.setRow(1, [Number.POSITIVE_INFINITY, 3e38]);
    const by = { damping: { absolute: 0.01 }, solver: "woodbury" } as const;
    for (const [name, block, expected] of [
      [
        "shared",
        sharedGram(node(x), m, { weights, samples: 3 }),
        sharedGram(node(part(x)), m, { weights: rest }),
      ],
      [
        "unit",
        unitGram(node(x), node(wild), { weights, samples: 3 }),
        unitGram(node(part(x)), node(part(nu)), { weights: rest }),
      ],
    ] as const) {
      const [got, wanted] = await evaluate(
        [
          block.solveOutputs?.(node(cotangents), null, by) as Node,
          expected.solveOutputs?.(node(part(cotangents)), null, by) as Node,
        ],
        on,
      );
      t.ok(gap(got?.data() ?? [], [...(wanted?.data() ?? [])]) < on.limit(1e-11, 1e-4), name);
    }
  });
}

test("weights: shared rows with weights keep one matrix for all columns", (t) => {
  const { columns, matrices, madeOf } = sharedGram(node(x), 50, options);
  t.deepEqual([columns, matrices, madeOf?.nu?.shape], ["shared", 1, [n, 1]]);
  const sum = sumBlock([sharedGram(node(x), 50, options), sharedGram(node(x), 50)]);
  t.deepEqual([sum.columns, sum.matrices, sum.n], ["shared", 1, 2 * n], "so does their sum");
  t.end();
});

test("weights and samples that are none are refused", (t) => {
  t.throws(
    () => sharedGram(node(x), m, { weights: constant(tensor([1, 2])) }),
    /sharedGram: weights must be a node \[4\], one for each row, got \[2\]; pass how much/,
  );
  t.throws(
    () => unitGram(node(x), node(nu), { samples: 0 }),
    /unitGram: samples must be a positive number, got 0; pass how many samples/,
  );
  t.throws(
    () => sharedGram(node(x), m, { sample: 3 } as object),
    /sharedGram: options must be among bias, weight, outputs, weights, samples, got sample/,
  );
  t.throws(
    () => lookupGram(node(x), { shape: [d, m] }),
    /lookupGram: indices must be \[n\] and weights \[n, 2\], got \[4, 3\] and none; flatten/,
  );
  t.throws(() => sumBlock([]), /sumBlock: there must be at least one block, got none; pass/);
  t.end();
});

test("sums: what is too large to factor is solved by conjugate gradients, without a matrix over all", (t) => {
  const side = (size: number, k: number) => node(matrixOf(`side${k}`, size, size));
  const of = (size: number) =>
    sumBlock([kronecker(side(size, 0), side(size, 1)), kronecker(side(size, 2), side(size, 3))]);
  const [small, large] = [of(8).cost, of(160).cost];
  t.equal(small.solver, "dense");
  t.match(small.why, /a sum of 2 blocks, small enough to factor/);
  t.deepEqual([large.solver, large.why], ["cg", "a sum of 2 blocks, too large to factor"]);
  t.ok(large.floats < 250_000, `${large.floats} floats`);
  t.end();
});
