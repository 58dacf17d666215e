/** What `metrigrad train train.ts` trains: which points of a square lie in a disc. */
import {
  bernoulli,
  dataSet,
  dense,
  rngd,
  sequential,
  standardMetrics,
  tensor,
  uniformStream,
} from "metrigrad";
import { radial, radialMetric } from "./src/radial.ts";

export const model = sequential(radial(2, 24), dense(24, 1));

export function data() {
  const stream = uniformStream({ seed: 1, path: "disc" });
  const points = (from: number, n: number) => {
    const at = (i: number) => 4 * stream.uniform(2 * from + i) - 2;
    const inside = (i: number) => Number(Math.hypot(at(2 * i), at(2 * i + 1)) < 1.2);
    return {
      inputs: tensor(
        Float32Array.from({ length: 2 * n }, (_, i) => at(i)),
        { shape: [n, 2] },
      ),
      targets: tensor(
        Float32Array.from({ length: n }, (_, i) => inside(i)),
        { shape: [n, 1] },
      ),
    };
  };
  return dataSet({
    name: "disc",
    train: points(0, 2000),
    valid: points(2000, 500),
    test: points(2500, 500),
  });
}

export const likelihood = bernoulli();
export const optimizer = rngd({ metrics: standardMetrics.with(radialMetric), absolute: 0.1 });
export const epochs = 10;
export const batchSize = 50;
export const seed = 1;
