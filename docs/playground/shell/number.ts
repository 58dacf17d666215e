/** A number with so many digits, in the short form: 0.0123, 4.6e-9. */
export function showNumber(value: number, digits = 2): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(digits - 1);
  return String(Number(value.toPrecision(digits)));
}

/** A share as a percentage: "3.1 %". */
export function showShare(value: number): string {
  return Number.isFinite(value) ? `${(100 * value).toFixed(1)} %` : "–";
}
