import test from "tape";
import { erfOf } from "../../src/expr/erf.ts";

/** erf by Kummer's series 2x/√π e^(−x²) Σ (2x²)ⁿ/(1·3⋯(2n+1)), all of whose terms are positive. */
function series(x: number): number {
  let [term, sum] = [1, 1];
  for (let n = 1; term > 1e-20 * sum; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * x * Math.exp(-x * x) * sum;
}

// Abramowitz and Stegun, table 7.1, and DLMF 7.
const table = [
  [0.02, 0.0225645747],
  [0.5, 0.5204998778],
  [1, 0.8427007929497149],
  [2, 0.9953222650189527],
  [3, 0.9999779095030014],
] as const;

test("erf is tabulated", (t) => {
  for (const [x, wanted] of table) t.ok(Math.abs(erfOf(x) - wanted) < 6e-11, `erf(${x})`);
  t.end();
});

test("erf equals its series to rounding", (t) => {
  let worst = 0;
  for (let x = -4; x <= 4; x += 1 / 128) {
    const wanted = series(x);
    if (x !== 0) worst = Math.max(worst, Math.abs(erfOf(x) / wanted - 1));
  }
  t.ok(worst < 3e-15, `relative error ${worst}`);
  t.is(erfOf(0), 0);
  t.is(erfOf(-0), -0);
  t.is(erfOf(6.5), 1);
  t.ok(Math.abs(erfOf(1e-300) / 1.1283791670955126e-300 - 1) < 1e-15);
  t.end();
});
