/** A leaky relu is the paper's neuron with its leak. */
import { leakyRelu } from "@metrigrad/graph";
import { fullMetrics, reluRow, standardMetrics, unitRowOf } from "@metrigrad/metric";
import { dense } from "@metrigrad/nn";
import { Matrix } from "ml-matrix";
import test from "tape";
import { denseBlocks } from "../support/dense.ts";
import { augmented, matrixOf } from "../support/draws.ts";
import { gap } from "../support/evaluate.ts";
import { meanKronecker } from "../support/softmax.ts";

test("tables: a leaky relu takes the paper's row with its leak", (t) => {
  t.equal(unitRowOf(leakyRelu(0.2)).name, "relu neuron (ι=0.2, ω=1, σ=1)");
  const own = reluRow({ leak: 0.2, omega: 0.5 });
  t.equal(unitRowOf(leakyRelu(0.2), [own]), own, "a row that is given for it comes first");
  t.equal(
    unitRowOf(leakyRelu(0.3), [own]).name,
    "relu neuron (ι=0.3, ω=1, σ=1)",
    "of its leak only",
  );
  t.match(
    unitRowOf(leakyRelu(-0.5)).name,
    /^leakyRelu/,
    "a slope that is no leak: by its derivative",
  );
  t.end();
});

test("tables: E[ν(t)x̃x̃'] of leaky relu units has ν = [ι + (1−ι) sigm((1−ι)t)]²", async (t) => {
  const [x, w] = [matrixOf("x", 5, 2), matrixOf("w", 3, 2)];
  const leak = 0.2;
  const layer = dense(2, 2, { activation: leakyRelu(leak) });
  for (const table of [standardMetrics, fullMetrics]) {
    const { w: got } = await denseBlocks(layer, { x, metrics: table, values: { w } });
    const rows = augmented(x);
    const ts = rows.mmul(w).to2DArray();
    const expected = meanKronecker(rows, (s) =>
      Matrix.diag(
        (ts[s] as number[]).map(
          (one) => (leak + (1 - leak) / (1 + Math.exp((leak - 1) * one))) ** 2,
        ),
      ),
    );
    t.ok(gap(got?.to1DArray() ?? [], expected.to1DArray()) < 1e-13, table.name);
  }
});
