import { scaleLinear, scaleLog } from "d3-scale";

/** One axis: the places of values in pixels, and the ticks. */
export interface Axis {
  readonly title: string;
  readonly at: (value: number) => number;
  readonly ticks: readonly Tick[];
}

/** A labelled value. */
export interface Tick {
  readonly value: number;
  readonly text: string;
}

/** The lowest and the highest value, or their places in pixels. */
export type Span = readonly [from: number, to: number];

/** Returns an axis with a linear scale and about `count` ticks at round numbers. */
export function linearAxis(title: string, domain: Span, pixels: Span, count: number): Axis {
  const scale = scaleLinear(domain, pixels);
  const show = scale.tickFormat(count);
  const ticks = scale.ticks(count).map((value) => ({ value, text: show(value) }));
  return { title, at: (value) => scale(value), ticks };
}

const factors = [
  [1],
  [1, 3],
  [1, 2, 5],
  [1, 1.5, 2, 3, 5, 7],
  [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8],
] as const;

/** Returns an axis with a logarithmic scale and at most `count` ticks at round numbers. */
export function logAxis(title: string, domain: Span, pixels: Span, count: number): Axis {
  const scale = scaleLog(domain, pixels);
  const [low, high] = domain;
  const decades = Array.from(
    { length: Math.ceil(Math.log10(high)) - Math.floor(Math.log10(low)) + 1 },
    (_, index) => 10 ** (Math.floor(Math.log10(low)) + index),
  );
  const choices = factors.map((within) =>
    decades
      .flatMap((decade) => within.map((factor) => Number((factor * decade).toPrecision(2))))
      .filter((value) => value >= low && value <= high),
  );
  const values = choices.findLast((choice) => choice.length <= count) ?? [];
  return {
    title,
    at: (value) => scale(value),
    ticks: values.map((value) => ({ value, text: String(value) })),
  };
}
