/** Bits after the point. */
const digits = 256n;

/** 2/√π. */
const factor =
  (112837916709551257389615890312154517168810125865799771368817144n << digits) / 10n ** 62n;

/** A float in fixed point; it must be a multiple of 2⁻⁹⁰ or so. */
function fixed(x: number): bigint {
  return BigInt(x * 2 ** 90) << (digits - 90n);
}

const times = (x: bigint, y: bigint) => (x * y) >> digits;

/** erf x = 2/√π Σ (−1)ⁿ x²ⁿ⁺¹/(n! (2n + 1)), for |x| up to 6 with far more digits than a float has. */
export function erfSeries(x: number): number {
  const X = fixed(x);
  const square = times(X, X);
  let [term, sum] = [X, 0n];
  for (let n = 0n; term !== 0n && n < 500n; n++) {
    sum += term / (2n * n + 1n);
    term = -times(term, square) / (n + 1n);
  }
  return Number(times(sum, factor)) / 2 ** Number(digits);
}
