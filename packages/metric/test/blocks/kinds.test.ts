/** Every operation of every kind of block against a dense matrix on the host, on random sizes. */
import { constant, reshape } from "@metrigrad/graph";
import * as exported from "@metrigrad/metric";
import {
  denseBlock,
  diagonalBlock,
  eigenbasisBlock,
  factorGram,
  jacobianGram,
  kronecker,
  quasiDiagonal,
  quasiDiagonalGram,
  softmaxGram,
} from "@metrigrad/metric";
import { reference, tensor } from "@metrigrad/tensor";
import fc from "fast-check";
import { Matrix } from "ml-matrix";
import test from "tape";
import { backends, onReference } from "../support/backends.ts";
import { compareBlock } from "../support/compareBlock.ts";
import { asTensor, matrixOf } from "../support/draws.ts";
import { kinds, type Made, type Sizes, sizes } from "../support/kinds.ts";
import { wholeSweep } from "../support/seeds.ts";

const nodeOf = (matrix: Matrix) => constant(asTensor(matrix));

for (const on of backends) {
  // The sizes try the formulas, which both backends share.
  const numRuns = wholeSweep ? 3 : on === onReference ? 2 : 1;
  for (const [name, make] of Object.entries(kinds)) {
    test(`${name}: every operation on random sizes, seed 7, on ${on.name}`, async (t) => {
      const limit = on.limit(1e-8, 1e-4);
      const store = await on.store({ variables: [] });
      const tried = new Set<string>();
      await fc.assert(
        fc.asyncProperty(sizes, async (one) => {
          const [block, expected] = make(one);
          for (const [operation, error] of await compareBlock(block, expected, store)) {
            tried.add(operation);
            if (!(error < limit)) throw new Error(`${operation} is off by ${error}`);
          }
        }),
        { numRuns, seed: 7, includeErrorInReport: true },
      );
      await store.close();
      t.ok(tried.size >= 15, `${tried.size} results within ${limit}`);
    });
  }
}

test("every constructor of blocks that is exported is among them", (t) => {
  // exactBlock chooses one of these for a module.
  const made = Object.keys(exported).filter(
    (name) => /(Gram|Block)$|^kronecker$|^quasiDiagonal$/.test(name) && name !== "exactBlock",
  );
  const names = Object.keys(kinds).map((name) => name.replace(/,.*/, ""));
  t.deepEqual([...new Set(names)].sort(), made.sort());
  t.end();
});

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
    /diagonal: values must be \[d, m\] like the parameter, or \[d, 1\] for all columns, got \[2\]; reshape/,
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
