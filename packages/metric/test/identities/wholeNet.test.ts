/** The blocks of a whole network's Fisher information, against formulas in plain JavaScript. */
import { fisher, rfim } from "@metrigrad/metric";
import { categorical, dense, sequential } from "@metrigrad/nn";
import type { Tensor } from "@metrigrad/tensor";
import { Matrix } from "ml-matrix";
import test from "tape";
import { backends, type Tested } from "../support/backends.ts";
import { asMatrix, asTensor, augmented, matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";
import { meanKronecker, softmaxInformation } from "../support/softmax.ts";

const x = matrixOf("x", 6, 2);
const w = matrixOf("w", 3, 3);
const c = matrixOf("c", 4, 3);
const hidden = new Matrix(
  augmented(x)
    .mmul(w)
    .to2DArray()
    .map((row) => row.map(Math.tanh)),
);
const outputs = augmented(hidden).mmul(c).to2DArray();
const information = (s: number) => softmaxInformation(outputs[s] as number[]);

async function network(on: Tested) {
  const model = sequential(dense(2, 3, { activation: "tanh" }), dense(3, 3));
  const store = await on.store(model);
  await store.write("dense0/w", asTensor(w));
  await store.write("dense1/w", asTensor(c));
  const g = await fisher(model, asTensor(x), { store, likelihood: categorical() });
  const { blocks } = await rfim(model, asTensor(x), { store });
  const local = asMatrix((await blocks[0]?.toDense()) as Tensor);
  return { g, local, close: () => store.close() };
}

for (const on of backends) {
  test(`T16 (C, C) is the soft-max RFIM at h̃, on ${on.name}`, async (t) => {
    const { g, close } = await network(on);
    const expected = meanKronecker(augmented(hidden), information);
    t.ok(
      gap((await g.block("dense1/w", "dense1/w")).data(), expected.to1DArray()) <
        on.limit(1e-13, 1e-6),
    );
    await close();
  });

  test(`T16 (W, W) is the two-layer RFIM (D C G_o C'D) ⊗ x̃x̃', and not the layer's own, on ${on.name}`, async (t) => {
    const { g, local, close } = await network(on);
    const inner = c.subMatrix(0, 2, 0, 2);
    const expected = meanKronecker(augmented(x), (s) => {
      const d = Matrix.diag(hidden.getRow(s).map((h) => 1 - h * h));
      const through = d.mmul(inner);
      return through.mmul(information(s)).mmul(through.transpose());
    });
    const block = await g.block("dense0/w", "dense0/w");
    t.ok(gap(block.data(), expected.to1DArray()) < on.limit(1e-13, 1e-6));
    t.ok(gap(block.data(), local.to1DArray()) > 0.01, "the layer's own response is another");
    await close();
  });

  test(`T16 (W, C) is not zero: E[J_W'G_oJ_C], on ${on.name}`, async (t) => {
    const { g, close } = await network(on);
    const expected = Matrix.zeros(9, 12);
    for (let s = 0; s < x.rows; s++) {
      const d = Matrix.diag(hidden.getRow(s).map((h) => 1 - h * h));
      const through = d.mmul(c.subMatrix(0, 2, 0, 2)).mmul(information(s));
      const outer = augmented(x)
        .getRowVector(s)
        .transpose()
        .mmul(augmented(hidden).getRowVector(s));
      expected.add(outer.kroneckerProduct(through).div(x.rows));
    }
    const block = await g.block("dense0/w", "dense1/w");
    t.ok(gap(block.data(), expected.to1DArray()) < on.limit(1e-13, 1e-6));
    t.ok(Math.max(...expected.to1DArray().map(Math.abs)) > 0.01);
    await close();
  });
}
