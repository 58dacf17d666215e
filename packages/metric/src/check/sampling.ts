import { compile } from "@metrigrad/graph";
import { densityOf, type Response, repeated } from "./density.ts";
import { axesOf } from "./point.ts";
import type { MetricCheck } from "./report.ts";
import type { Subject } from "./subject.ts";

/** Standard errors beyond which an entry is off; one of 30 right entries is, once in 5,000 seeds. */
const bound = 4.5;

/**
 * Compares g with the mean of score score' over draws of the law, entry by entry in standard errors.
 * `dense` is the claimed [K, K].
 */
export async function samplingCheck(
  name: string,
  subject: Subject,
  dense: Float64Array,
  count: number,
): Promise<MetricCheck> {
  const { responses, point, seed } = subject;
  const { size } = point;
  const made: (readonly Float64Array[])[] = [];
  for (const [index, response] of responses.entries()) {
    made.push(await scoresOfDraws(response, count, index));
  }
  const scale = Math.max(...dense.map(Math.abs));
  let worst = 0;
  for (let k = 0; k < size; k++) {
    for (let l = 0; l <= k; l++) {
      const products = new Float64Array(count);
      for (const scores of made) {
        const [a, b] = [scores[k], scores[l]] as [Float64Array, Float64Array];
        addRowMeans(products, a, b, subject.samples);
      }
      const { mean, error } = standardError(products);
      const off = Math.abs(mean - (dense[k * size + l] as number));
      // Where nothing varies, both must be the same number.
      const deviation =
        error > 1e-12 * scale ? off / error : off > 1e-8 * scale ? Number.POSITIVE_INFINITY : 0;
      if (!(deviation <= worst)) worst = deviation;
    }
  }
  const entries = (size * (size + 1)) / 2;
  const detail =
    `largest of ${entries} deviations ${worst.toFixed(1)} standard errors (limit ${bound}), ` +
    `${count} draws of ${subject.samples} rows, seed ${seed}`;
  return { name, passed: worst <= bound, detail };
}

/** ∂ ln p/∂θ_k of draws of every row, [count·n] for every k. */
async function scoresOfDraws(
  response: Response,
  count: number,
  index: number,
): Promise<readonly Float64Array[]> {
  const { law, natural, store, point } = response;
  const outputs = law.sample(repeated(natural, count), `check/sample${index}`);
  const drawing = await compile({ outputs }, store);
  const y = await (await drawing.run()).read();
  await drawing.close();
  const density = await densityOf(response, { y, count });
  const scores = await density.scores(axesOf(point.size));
  await density.close();
  return scores;
}

/** Adds (1/n) Σ_s a_qs b_qs for every draw q; h may have several rows of each of the n samples. */
function addRowMeans(sums: Float64Array, a: Float64Array, b: Float64Array, samples: number): void {
  const rows = a.length / sums.length;
  a.forEach((value, i) => {
    const q = Math.floor(i / rows);
    sums[q] = (sums[q] as number) + (value * (b[i] as number)) / samples;
  });
}

function standardError(values: Float64Array): { readonly mean: number; readonly error: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / (values.length - 1) / values.length) };
}
