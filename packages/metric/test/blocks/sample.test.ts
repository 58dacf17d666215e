/** Draws of blocks of every kind: their covariance is the block, in standard errors. */
import { compile } from "@metrigrad/graph";
import type { Block } from "@metrigrad/metric";
import type { Store } from "@metrigrad/tensor";
import { Matrix } from "ml-matrix";
import test from "tape";
import { backends, onCpu } from "../support/backends.ts";
import { kinds } from "../support/kinds.ts";
import { wholeSweep } from "../support/seeds.ts";

const sizes = { n: 5, d: 2, m: 2, r: 2, bias: false, weight: 2 };

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
  const outputs = Array.from({ length: 10 }, (_, k) => block.sample({ key: `draw/${k}` }));
  const program = await compile({ outputs }, store);
  const found: Float64Array[] = [];
  while (found.length < draws) {
    const handles = await program.run();
    for (const handle of handles) found.push(Float64Array.from((await handle.read()).data()));
  }
  await program.close();
  return found;
}

// Both backends draw the same numbers; thousands take the reference long.
for (const on of wholeSweep ? backends : [onCpu]) {
  for (const [name, make] of Object.entries(kinds)) {
    test(`${name}: draws have its covariance, 4,000 draws, seed 5, on ${on.name}`, async (t) => {
      const [block, { dense }] = make(sizes);
      const store = await on.store({ variables: [] }, 5);
      const all = await drawsOf(block, store);
      await store.close();
      const off = deviation(all, dense);
      t.ok(off < 4.5, `${off.toFixed(1)} standard errors`);
      const wrong = deviation(all, Matrix.mul(dense, 1.15));
      t.ok(wrong > 4.5, `rings on a covariance 15 % off: ${wrong.toFixed(1)}`);
    });
  }
}
