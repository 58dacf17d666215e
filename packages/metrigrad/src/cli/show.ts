/** Numbers as people read them. */

/** "0:07", "12:40", "1:02:03". */
export function showTime(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const pad = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  const rest = pad(whole % 60);
  return hours > 0 ? `${hours}:${pad(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** A cost in nats: "0.1234", "1.23e+9" where it is huge; "–" where it is not a number. */
export function showCost(value: number | null): string {
  if (value === null || Number.isNaN(value)) return "–";
  return Math.abs(value) < 1e6 ? value.toFixed(4) : value.toExponential(2);
}

/** A share: "97.12 %"; "–" where it is not a number. */
export function showShare(value: number | null): string {
  return value === null || Number.isNaN(value) ? "–" : `${(100 * value).toFixed(2)} %`;
}

/** Three digits: "0.0123", "1.23", "12.3", "1234". */
export function showShort(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

const prefixes = ["", "k", "M", "G", "T"] as const;

/** A count with a decimal prefix: "512 ", "1.23 M". */
export function showCount(value: number): string {
  const step = Math.min(prefixes.length - 1, Math.max(0, Math.floor(Math.log10(value || 1) / 3)));
  const rest = value / 1000 ** step;
  return `${step === 0 ? rest.toFixed(0) : rest.toPrecision(3)} ${prefixes[step]}`;
}
