/** Draws of blocks: their covariance is the block, in standard errors. */
import { compile, constant, reshape, softmax } from "@metrigrad/graph";
import {
  type Block,
  denseBlock,
  diagonalBlock,
  jacobianGram,
  kronecker,
  quasiDiagonalGram,
  sharedGram,
  softmaxGram,
  unitGram,
} from "@metrigrad/metric";
import { reference, type Store } from "@metrigrad/tensor";
import { Matrix } from "ml-matrix";
import test from "tape";
import { asTensor, matrixOf } from "../support/draws.ts";

const nodeOf = (matrix: Matrix) => constant(asTensor(matrix));
const psd = (path: string, size: number) => {
  const root = matrixOf(path, size, size);
  return root.mmul(root.transpose());
};
const x = nodeOf(matrixOf("x", 5, 2));
const nu = nodeOf(Matrix.abs(matrixOf("nu", 5, 2)));

const blocks: readonly Block[] = [
  sharedGram(x, 2),
  unitGram(x, nu, { weight: 2 }),
  softmaxGram(x, softmax(nodeOf(matrixOf("t", 5, 3)))),
  jacobianGram(reshape(nodeOf(matrixOf("rows", 10, 4)), [5, 2, 4]), { shape: [2, 2] }),
  denseBlock(reshape(nodeOf(psd("dense", 4)), [1, 4, 4]), 2, "dense", "coupled"),
  kronecker(nodeOf(psd("a", 2)), nodeOf(psd("g", 2))),
  kronecker(nodeOf(psd("a", 2)), nodeOf(psd("g", 2)), { form: "split", split: true }),
  diagonalBlock(nodeOf(Matrix.abs(matrixOf("values", 2, 2)))),
  quasiDiagonalGram(x, nu),
];

/** Draws of one block in one run. */
const draws = 4000;

/** Largest deviation of the mean of zz' from `dense` over draws z, in standard errors. */
function deviation(all: readonly Float64Array[], dense: Matrix): number {
  let worst = 0;
  for (let k = 0; k < dense.rows; k++) {
    for (let l = 0; l <= k; l++) {
      const products = all.map((draw) => (draw[k] as number) * (draw[l] as number));
      const mean = products.reduce((sum, value) => sum + value, 0) / products.length;
      const spread = products.reduce((sum, value) => sum + (value - mean) ** 2, 0);
      const error = Math.sqrt(spread / (products.length - 1) / products.length);
      const off = Math.abs(mean - dense.get(k, l));
      worst = Math.max(worst, off / Math.max(error, 1e-9));
    }
  }
  return worst;
}

/** Draws z, all in one program: each has a key of its own. */
async function drawsOf(block: Block, store: Store): Promise<Float64Array[]> {
  const outputs = Array.from({ length: 40 }, (_, k) => block.sample({ key: `draw/${k}` }));
  const program = await compile({ outputs }, store);
  const found: Float64Array[] = [];
  while (found.length < draws) {
    const handles = await program.run();
    for (const handle of handles) found.push(Float64Array.from((await handle.read()).data()));
  }
  await program.close();
  return found;
}

for (const block of blocks) {
  test(`${block.form}: draws have its covariance, 4,000 draws, seed 5`, async (t) => {
    const backend = await reference();
    const store = await backend.store([], { seed: 5 });
    const program = await compile({ outputs: block.toDense() }, store);
    const size = block.d * block.m;
    const values = (await (await program.run()).read()).data();
    const dense = Matrix.from1DArray(size, size, values);
    const all = await drawsOf(block, store);
    await backend.close();
    const off = deviation(all, dense);
    t.ok(off < 4.5, `${off.toFixed(1)} standard errors`);
    const wrong = deviation(all, dense.mul(1.15));
    t.ok(wrong > 4.5, `rings on a covariance 15 % off: ${wrong.toFixed(1)}`);
  });
}
