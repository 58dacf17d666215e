/** KL divergences of rows against the quadratic form of the metric. */

import type { Matrix } from "ml-matrix";
import test from "tape";
import { asTensor, augmented, matrixOf } from "../support/draws.ts";
import { type Layer, layerMetric, layers } from "../support/layers.ts";
import { divergence } from "../support/units.ts";

const x = matrixOf("x", 5, 2);
const delta = matrixOf("delta", 3, 2);

/** |KL(p_w ‖ p_w+εδ) − ½ε²δ'gδ| for several ε. */
async function remainders(layer: Layer, w: Matrix, epsilons: readonly number[]): Promise<number[]> {
  const { g, close } = await layerMetric(layer, w, x);
  const quadratic = await g.quadratic({ w: asTensor(delta) });
  await close();
  return epsilons.map((epsilon) => {
    const moved = delta.clone().mul(epsilon);
    const kl = divergence(layer.unit, w, moved, augmented(x));
    return Math.abs(kl - (epsilon ** 2 * quadratic) / 2);
  });
}

const epsilons = [0.02, 0.01, 0.005];

for (const layer of layers.filter(({ name }) => !name.startsWith("linear"))) {
  test(`T4 ${layer.name}: KL − ½ε²δ'gδ is of third order`, async (t) => {
    const [a = 0, b = 0, c = 0] = await remainders(layer, matrixOf("w", 3, 2), epsilons);
    const slopes = [Math.log2(a / b), Math.log2(b / c)];
    t.ok(
      slopes.every((slope) => slope > 2.9 && slope < 4.5),
      `log-log slopes ${slopes.map((slope) => slope.toFixed(2))}`,
    );
  });
}

test("T4 at a symmetric point it is of fourth order", async (t) => {
  const [layer] = layers;
  const [a = 0, b = 0] = await remainders(layer as Layer, matrixOf("w", 3, 2, 0), [0.1, 0.05]);
  t.ok(Math.abs(Math.log2(a / b) - 4) < 0.05, `log-log slope ${Math.log2(a / b).toFixed(3)}`);
});

for (const layer of layers.filter(({ name }) => name.startsWith("linear"))) {
  test(`T5 ${layer.name}: KL = ½δ'gδ for finite δ`, async (t) => {
    const [one = 1, two = 1] = await remainders(layer, matrixOf("w", 3, 2), [1, 3]);
    t.ok(one < 1e-11 && two < 1e-10, `off by ${one} and ${two}`);
  });
}
