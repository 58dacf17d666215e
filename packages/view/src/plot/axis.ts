import { scaleLinear, scaleLog } from "d3-scale";
import type { Span } from "./box.ts";
import { numberText } from "./number.ts";

/** A labelled value. */
export interface Tick {
  readonly value: number;
  readonly text: string;
}

/** One axis: its name, the places of values in pixels, and the ticks. */
export interface Axis {
  readonly title: string;
  readonly log: boolean;
  readonly domain: Span;
  readonly at: (value: number) => number;
  readonly ticks: readonly Tick[];
}

/** What an axis shows. */
export interface AxisSpec {
  readonly title: string;
  readonly domain: Span;
  /** Whether equal distances are equal factors. */
  readonly log?: boolean;
  /** Whether only whole numbers have ticks. */
  readonly whole?: boolean;
  /** The values that have ticks; by default round numbers. */
  readonly values?: readonly number[];
  /** The texts of those values; their numbers by default. */
  readonly texts?: readonly string[];
}

/** Returns an axis between two pixels with at most about `count` ticks. A logarithmic axis says so in its title. */
export function axisOf(spec: AxisSpec, pixels: Span, count: number): Axis {
  return spec.log === true ? logAxis(spec, pixels, count) : linearAxis(spec, pixels, count);
}

function linearAxis(
  { title, domain, whole, values, texts: given }: AxisSpec,
  pixels: Span,
  count: number,
): Axis {
  const scale = scaleLinear(domain, pixels);
  const round = scale.ticks(count).filter((value) => whole !== true || Number.isInteger(value));
  const kept = values ?? round;
  const even = values === undefined && whole !== true;
  const texts = given ?? (even ? evenTexts(kept) : distinctTexts(kept));
  return {
    title,
    log: false,
    domain,
    at: (value) => scale(value),
    ticks: kept.map((value, at) => ({ value, text: texts[at] ?? "" })),
  };
}

/** Texts of numbers in equal steps, with as many places as the step has. */
function evenTexts(values: readonly number[]): string[] {
  const [first = 0, second = first + 1] = values;
  const step = Math.abs(second - first);
  const large = Math.max(...values.map(Math.abs)) >= 1e6;
  if (step < 1e-4 || large) return distinctTexts(values);
  const places = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return values.map((value) => fixed(value, places));
}

/** Texts of numbers with as few digits as tell them apart, three at least. */
function distinctTexts(values: readonly number[]): string[] {
  for (let digits = 3; digits < 16; digits++) {
    const texts = values.map((value) => numberText(value, digits));
    if (new Set(texts).size === values.length) return texts;
  }
  return values.map(String);
}

/** A number with so many places, and without a sign before a zero. */
function fixed(value: number, places: number): string {
  const text = value.toFixed(places);
  if (Number(text) === 0) return (0).toFixed(places);
  return places === 0 ? numberText(value, 6) : text.replace("-", "−");
}

const factors = [
  [1],
  [1, 3],
  [1, 2, 5],
  [1, 1.5, 2, 3, 5, 7],
  [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8],
] as const;

function logAxis({ title, domain, values }: AxisSpec, pixels: Span, count: number): Axis {
  const scale = scaleLog(domain, pixels);
  const kept = values ?? roundNumbers(domain, count);
  const texts = distinctTexts(kept);
  return {
    title: `${title} (log scale)`,
    log: true,
    domain,
    at: (value) => scale(value),
    ticks: kept.map((value, at) => ({ value, text: texts[at] ?? "" })),
  };
}

/** At most `count` round numbers within a span: as many factors per decade as fit, or one in several decades. */
function roundNumbers([low, high]: Span, count: number): number[] {
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  const decades = Array.from({ length: last - first + 1 }, (_, at) => first + at);
  const within = (value: number) => value >= low * (1 - 1e-12) && value <= high * (1 + 1e-12);
  const choices = factors.map((own) =>
    decades
      .flatMap((decade) => own.map((factor) => Number(`${factor}e${decade}`)))
      .filter((value) => within(value)),
  );
  const fine = choices.findLast((choice) => choice.length >= 2 && choice.length <= count);
  if (fine !== undefined) return fine;
  if (high / low < 10) return scaleLinear([low, high], [0, 1]).ticks(Math.min(count, 4));
  const every = Math.ceil(decades.length / Math.max(1, count));
  const coarse = decades.filter((decade) => decade % every === 0).map((at) => Number(`1e${at}`));
  return coarse.filter((value) => value > 0 && within(value));
}
