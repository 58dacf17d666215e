/** KL divergences of rows against the quadratic form of the metric. */

import { mul } from "@metrigrad/graph";
import { fullMetrics, metrics, neuronRows, rfim, tanhRow, type UnitRow } from "@metrigrad/metric";
import { categorical, dense } from "@metrigrad/nn";
import { Matrix } from "ml-matrix";
import test from "tape";
import { backends, type Tested } from "../support/backends.ts";
import { asTensor, augmented, matrixOf } from "../support/draws.ts";
import { type Layer, layerMetric, layers } from "../support/layers.ts";
import { divergence, softmaxLaw } from "../support/units.ts";

const x = matrixOf("x", 5, 2);
const delta = matrixOf("delta", 3, 2);

/**
 * |KL(p_w ‖ p_w+εδ) − ½ε²δ'gδ| for several ε. The divergence and the difference are taken in float64, so
 * that δ'gδ of float32 (a relative error of 1e-7) resolves what is of relative order ε.
 */
async function remainders(
  layer: Layer,
  w: Matrix,
  epsilons: readonly number[],
  on: Tested,
): Promise<number[]> {
  const { g, close } = await layerMetric(layer, w, x, on);
  const quadratic = await g.quadratic({ w: asTensor(delta) });
  await close();
  return epsilons.map((epsilon) => {
    const moved = delta.clone().mul(epsilon);
    const kl = divergence(layer.unit, w, moved, augmented(x));
    return Math.abs(kl - (epsilon ** 2 * quadratic) / 2);
  });
}

const epsilons = [0.02, 0.01, 0.005];

for (const on of backends) {
  for (const layer of layers.filter(({ name }) => !name.startsWith("linear"))) {
    test(`T4 ${layer.name}: KL − ½ε²δ'gδ is of third order, on ${on.name}`, async (t) => {
      const [a = 0, b = 0, c = 0] = await remainders(layer, matrixOf("w", 3, 2), epsilons, on);
      const slopes = [Math.log2(a / b), Math.log2(b / c)];
      t.ok(
        slopes.every((slope) => slope > 2.9 && slope < 4.5),
        `log-log slopes ${slopes.map((slope) => slope.toFixed(2))}`,
      );
    });
  }

  test(`T4 soft-max layer: KL − ½ε²δ'gδ is of third order, on ${on.name}`, async (t) => {
    const [w, step] = [matrixOf("w", 3, 3), matrixOf("delta", 3, 3)];
    const model = dense(2, 3);
    const store = await on.store(model);
    await store.write("w", asTensor(w));
    const options = { store, likelihood: categorical(), metrics: fullMetrics };
    const g = await rfim(model, asTensor(x), options);
    const quadratic = await g.quadratic({ w: asTensor(step) });
    await store.close();
    const rest = (epsilon: number) => {
      const moved = Matrix.add(w, Matrix.mul(step, epsilon));
      const parts = augmented(x)
        .to2DArray()
        .flatMap((row) => {
          const [from, to] = [w, moved].map((one) => new Matrix([row]).mmul(one).to1DArray());
          return softmaxLaw.outcomes(from as number[]).map(({ y, weight }) => {
            const gain =
              softmaxLaw.logProb(y, from as number[]) - softmaxLaw.logProb(y, to as number[]);
            return (weight * gain) / x.rows;
          });
        });
      return Math.abs(parts.reduce((sum, part) => sum + part, 0) - (epsilon ** 2 * quadratic) / 2);
    };
    const slope = Math.log2(rest(0.02) / rest(0.01));
    t.ok(slope > 2.9 && slope < 4.5, `log-log slope ${slope.toFixed(2)}`);
  });

  test(`T4 at a symmetric point it is of fourth order, on ${on.name}`, async (t) => {
    const [layer] = layers;
    const steps = [0.1, 0.05];
    const [a = 0, b = 0] = await remainders(layer as Layer, matrixOf("w", 3, 2, 0), steps, on);
    t.ok(Math.abs(Math.log2(a / b) - 4) < 0.05, `log-log slope ${Math.log2(a / b).toFixed(3)}`);
  });

  for (const layer of layers.filter(({ name }) => name.startsWith("linear"))) {
    test(`T5 ${layer.name}: KL = ½δ'gδ for finite δ, on ${on.name}`, async (t) => {
      const w = matrixOf("w", 3, 2);
      for (const length of [1, 3]) {
        const kl = divergence(layer.unit, w, delta.clone().mul(length), augmented(x));
        const [off = 1] = await remainders(layer, w, [length], on);
        t.ok(off / kl < on.limit(1e-12, 1e-6), `off by ${off} of ${kl}`);
      }
    });
  }
}

const wrong: UnitRow = { ...tanhRow(), nu: (t) => mul(tanhRow().nu(t), 1.01) };

for (const on of backends) {
  test(`T4 rings on a metric 1 % off, on ${on.name}`, async (t) => {
    const [layer] = layers;
    const [a = 0, b = 0] = await remainders(
      { ...(layer as Layer), table: metrics(neuronRows([wrong])) },
      matrixOf("w", 3, 2),
      epsilons,
      on,
    );
    t.ok(Math.log2(a / b) < 2.5, `log-log slope ${Math.log2(a / b).toFixed(2)}`);
  });
}
