import { compile } from "@metrigrad/graph";
import { densityOf, repeated } from "./density.ts";
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
  const { law, natural, store, seed } = subject;
  const drawing = await compile(
    { outputs: law.sample(repeated(natural, count), "check/sample") },
    store,
  );
  const y = await (await drawing.run()).read();
  await drawing.close();
  const density = await densityOf(subject, { y, count });
  const scores = await density.scores();
  await density.close();
  const { size, rows } = density;
  const scale = Math.max(...dense.map(Math.abs));
  let worst = 0;
  for (let k = 0; k < size; k++) {
    for (let l = 0; l <= k; l++) {
      const products = rowMeans(scores[k] as Float64Array, scores[l] as Float64Array, rows);
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
    `${count} draws of ${rows} rows, seed ${seed}`;
  return { name, passed: worst <= bound, detail };
}

/** (1/n) Σ_s a_qs b_qs for every draw q. */
function rowMeans(a: Float64Array, b: Float64Array, rows: number): Float64Array {
  const means = new Float64Array(a.length / rows);
  a.forEach((value, i) => {
    const q = Math.floor(i / rows);
    means[q] = (means[q] as number) + (value * (b[i] as number)) / rows;
  });
  return means;
}

function standardError(values: Float64Array): { readonly mean: number; readonly error: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / (values.length - 1) / values.length) };
}
