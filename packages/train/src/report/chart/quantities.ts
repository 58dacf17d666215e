import { type Axis, linearAxis, logAxis, type Span } from "./axis.ts";
import type { Point, Quantity, Series } from "./series.ts";

/** Returns the axis of epochs, or of seconds of training, for series. */
export function xAxis(
  abscissa: "epoch" | "seconds",
  series: readonly Series[],
  pixels: Span,
): Axis {
  const values = series.flatMap(({ points }) => points.map((point) => point[abscissa]));
  const high = Math.max(1e-3, ...values);
  if (abscissa === "epoch") {
    const first = Math.min(high, ...values);
    const margin = Math.max(0.2, 0.03 * (high - first));
    const count = Math.min(high - first + 1, 8);
    return linearAxis("epochs", [first - margin, high + margin], pixels, count);
  }
  const low = Math.min(high / 2, ...values);
  // The time of a step may differ by factors between optimizers.
  if (high > 12 * low) {
    return logAxis("seconds of training", [low * 0.8, high * 1.15], pixels, 7);
  }
  return linearAxis("seconds of training", [0, high * 1.02], pixels, 6);
}

const titles: Readonly<Record<Quantity, string>> = {
  trainCost: "training cost (with L2)",
  validAccuracy: "validation accuracy",
};

/** Returns the axis of a quantity, for series, or with a given range. */
export function yAxis(
  quantity: Quantity,
  series: readonly Series[],
  pixels: Span,
  range?: Span,
): Axis {
  if (range !== undefined) return linearAxis(titles[quantity], range, pixels, 6);
  const points = series.flatMap((one) => one.points);
  if (quantity === "trainCost") {
    const [low, high] = extent(points, [0.1, 1]);
    // Costs of densities may be negative, and a fit may be exact.
    if (!(low > 0)) {
      const margin = Math.max(1e-3, 0.08 * (high - low));
      return linearAxis(titles[quantity], [low - margin, high + margin], pixels, 6);
    }
    return logAxis(titles[quantity], [low / 1.08, high * 1.08], pixels, 8);
  }
  // The first third of the epochs does not count, since it would hide the differences of the later ones.
  const late = series.flatMap((one) => one.points.slice(Math.floor(one.points.length / 3)));
  const [low, high] = extent(late, [0, 1]);
  const margin = Math.max(1e-3, 0.08 * (high - low));
  const domain = [Math.max(0, low - margin), Math.min(1, high + margin)] as const;
  return linearAxis(titles[quantity], domain, pixels, 6);
}

/** Returns the lowest and the highest value; the other span if there are no points. */
function extent(points: readonly Point[], otherwise: Span): Span {
  if (points.length === 0) return otherwise;
  return [Math.min(...points.map(({ low }) => low)), Math.max(...points.map(({ high }) => high))];
}
