import { checkNames, DataError, type Plan } from "@metrigrad/tensor";
import { median } from "d3-array";
import { axisOf } from "../plot/axis.ts";
import type { Box } from "../plot/box.ts";
import { numberText } from "../plot/number.ts";
import { sheet } from "../plot/sheet.ts";
import { kindOf, refused } from "../refused.ts";
import { element } from "../svg/element.ts";
import { faint, filled, type Ink, quiet, seriesInks, stroked } from "../svg/ink.ts";
import { label, shortened } from "../text/label.ts";
import { textWidth } from "../text/widths.ts";

/**
 * Options of {@link timeline}.
 *
 * @category Pictures
 */
export interface TimelineOptions {
  /** The line above the picture; none by default. */
  readonly title?: string;
  /** A sentence below the title; none by default. */
  readonly note?: string;
  /** How many of the longest steps are listed; 8 by default. */
  readonly longest?: number;
}

/** A step with its time. */
interface Timed {
  readonly index: number;
  readonly kind: string;
  readonly label: string;
  readonly start: number;
  readonly seconds: number;
  /** The share of the step that serves a metric. */
  readonly metric: number;
}

/** The steps that serve a metric for the larger part, and the others. */
const [metricInk, otherInk] = [seriesInks[1], seriesInks[0]] as [Ink, Ink];

/**
 * Draws where the time of a program goes: its steps one after the other, in a row for each kind of step, and the longest ones by name.
 *
 * Several profiles count by the median of each step. Steps that serve a metric for the larger part have a notch below them and a
 * colour of their own.
 *
 * {@includeCode ../../../../examples/api/view/timeline.ts#example}
 *
 * @param program - The program, or its plan.
 * @param seconds - The seconds of each step, as `await program.profile()` returns them, or several such lists.
 * @param options - The title, and how many steps are listed.
 * @returns The text of an SVG file, 830 pixels wide.
 * @throws {@link DataError} if the plan has no steps, if the seconds are not one number for each of them, and for options that are not valid.
 * @category Pictures
 */
export function timeline(
  program: Plan | { readonly plan: Plan },
  seconds: readonly number[] | readonly (readonly number[])[],
  options: TimelineOptions = {},
): string {
  checkNames("timeline", options, ["title", "note", "longest"], DataError);
  const { title, note, longest = 8 } = options;
  if (!(Number.isInteger(longest) && longest >= 0 && longest <= 50)) {
    const must = "longest must be an integer from 0 to 50";
    throw refused("timeline", must, String(longest), "pass { longest: 8 }");
  }
  const { steps } = planIn("timeline", program);
  if (steps.length === 0) {
    const todo = "compile a program that computes something";
    throw refused("timeline", "the plan must have steps", "none", todo);
  }
  const { times, profiles } = secondsOf(seconds, steps.length);
  let spent = 0;
  const timed = steps.map(({ kind, label: text, metric = 0 }, index): Timed => {
    const own = times[index] ?? 0;
    spent += own;
    return { index, kind, label: text, start: spent - own, seconds: own, metric };
  });
  const whole = spent;
  const metric = timed.reduce((sum, one) => sum + one.metric * one.seconds, 0);
  const notes = [
    ...(note === undefined ? [] : [note]),
    `${steps.length} step${steps.length === 1 ? "" : "s"}, ${timeText(whole)}${profiles > 1 ? `, medians of ${profiles} profiles` : ""}.`,
    ...(metric > 0 ? [`Notched: for the metric, ${percent(metric / whole)} of the time.`] : []),
  ].join(" ");
  const kinds = kindsOf(timed);
  return sheet({
    heading: title,
    note: notes,
    title: title ?? "Where the time of a program goes",
    description: kinds.map(({ text }) => `${text}.`).join(" "),
    content: ({ top, left, width }) => {
      const rows = kinds.length * 26;
      const most = Math.min(longest, timed.length);
      const listTop = top + rows + 66;
      const bottom = most === 0 ? top + rows + 44 : listTop + 24 + most * 21;
      const draw = () =>
        drawKinds(kinds, whole, { left, top, width, height: rows }) +
        (most === 0
          ? ""
          : drawLongest(timed, most, whole, { left, top: listTop, width, height: 0 }));
      return { bottom, draw };
    },
  });
}

/** Returns the plan of a program. Throws DataError for what has none. */
export function planIn(where: string, program: Plan | { readonly plan: Plan }): Plan {
  const plan = (program as { readonly plan?: Plan } | null)?.plan ?? (program as Plan | null);
  if (Array.isArray(plan?.steps) && Array.isArray(plan?.buffers)) return plan as Plan;
  const todo = "pass await compile({ outputs }, store)";
  throw refused(where, "it needs a program or a plan", kindOf(program), todo);
}

function secondsOf(
  given: readonly number[] | readonly (readonly number[])[],
  count: number,
): { readonly times: number[]; readonly profiles: number } {
  const isList = Array.isArray(given) && given.length > 0 && given.every(Array.isArray);
  const lists = (isList ? given : [given]) as readonly (readonly number[])[];
  for (const list of lists) {
    const right = Array.isArray(list) && list.length === count;
    if (right && list.every((one) => Number.isFinite(one) && one >= 0)) continue;
    throw refused(
      "timeline",
      `there must be seconds for each of the ${count} steps`,
      right
        ? "something that is no time"
        : Array.isArray(list)
          ? `${list.length} numbers`
          : kindOf(list),
      "pass await program.profile(feeds) of the same program",
    );
  }
  const times = Array.from({ length: count }, (_, at) => median(lists, (list) => list[at]) ?? 0);
  return { times, profiles: lists.length };
}

interface Kind {
  readonly kind: string;
  readonly text: string;
  readonly steps: readonly Timed[];
}

/** The kinds of steps, those that take longest first. */
function kindsOf(timed: readonly Timed[]): Kind[] {
  const whole = timed.reduce((sum, { seconds }) => sum + seconds, 0);
  const kinds = [...new Set(timed.map(({ kind }) => kind))].map((kind) => {
    const steps = timed.filter((one) => one.kind === kind);
    const sum = steps.reduce((all, { seconds }) => all + seconds, 0);
    const count = `${steps.length} step${steps.length === 1 ? "" : "s"}`;
    return {
      kind,
      steps,
      sum,
      text: `${kind}: ${timeText(sum)}, ${percent(sum / whole)}, ${count}`,
    };
  });
  return kinds.sort((a, b) => b.sum - a.sum || a.kind.localeCompare(b.kind));
}

function drawKinds(
  kinds: readonly Kind[],
  whole: number,
  { left, top, width, height }: Box,
): string {
  const texts = kinds.map(({ text }) => text.slice(text.indexOf(":") + 2));
  const names = Math.max(...kinds.map(({ kind }) => textWidth(kind, 12))) + 12;
  const right = Math.max(...texts.map((text) => textWidth(text, 12))) + 14;
  const unit = whole >= 1 ? 1 : whole >= 1e-3 ? 1e-3 : 1e-6;
  const title = { 1: "seconds", 0.001: "milliseconds", 0.000001: "microseconds" }[unit] ?? "";
  const [from, to] = [left + names, left + width - right];
  const axis = axisOf({ title, domain: [0, whole > 0 ? whole / unit : 1] }, [from, to], 8);
  const at = (value: number) => axis.at(value / unit);
  const bottom = top + height;
  const rows = kinds.map(({ kind, steps }, row) => {
    const y = top + row * 26;
    return [
      label(left, y + 16, kind),
      ...steps.map((one) => stepBar(one, at(one.start), y + 4, at(one.start + one.seconds))),
      label(to + 10, y + 16, texts[row] ?? "", { ink: quiet }),
    ].join("");
  });
  const lines = kinds
    .map((_, row) => `M${round(from)} ${top + row * 26 + 26}H${round(to)}`)
    .join("");
  return [
    element("path", { d: lines, ...stroked(faint) }),
    ...rows,
    element("path", { d: `M${round(from)} ${bottom}H${round(to)}`, ...stroked(quiet) }),
    ...axis.ticks.map(({ value, text }) => {
      const d = `M${round(axis.at(value))} ${bottom}v4`;
      const written = label(axis.at(value), bottom + 18, text, { anchor: "middle", ink: quiet });
      return element("path", { d, ...stroked(quiet) }) + written;
    }),
    label((from + to) / 2, bottom + 36, title, { anchor: "middle", ink: quiet }),
  ].join("");
}

/** A step as a bar, at least a hair wide; a notch below it says that it serves a metric. */
function stepBar({ metric }: Timed, from: number, y: number, to: number): string {
  const serves = metric > 0.5;
  const width = Math.max(0.5, to - from);
  const ink = serves ? metricInk : otherInk;
  const bar = element("rect", { x: from, y, width, height: 15, ...filled(ink) });
  if (!serves) return bar;
  return bar + element("rect", { x: from, y: y + 17, width, height: 2.5, ...filled(ink) });
}

function drawLongest(
  timed: readonly Timed[],
  count: number,
  whole: number,
  { left, top, width }: Box,
): string {
  const all = [...timed].sort((a, b) => b.seconds - a.seconds || a.index - b.index).slice(0, count);
  const names = all.map(({ index, kind, label: text }) =>
    shortened(`${index} ${kind} ${text}`.trim(), 380),
  );
  const texts = all.map(({ seconds }) => `${timeText(seconds)}, ${percent(seconds / whole)}`);
  const from = left + Math.max(...names.map((name) => textWidth(name, 12))) + 12;
  const right = Math.max(...texts.map((text) => textWidth(text, 12))) + 10;
  const most = all[0]?.seconds ?? 0;
  const scale = most > 0 ? (left + width - right - from) / most : 0;
  return [
    label(left, top + 2, `The longest steps, by number`, { weight: "bold" }),
    ...all.map((one, row) => {
      const y = top + 14 + row * 21;
      const to = from + scale * one.seconds;
      return [
        label(left, y + 13, names[row] ?? ""),
        stepBar(one, from, y, to),
        label(to + 8, y + 13, texts[row] ?? "", { ink: quiet }),
      ].join("");
    }),
  ].join("");
}

/** Returns a time with its unit: "3.2 ms". */
function timeText(seconds: number): string {
  if (seconds >= 1) return `${numberText(seconds)} s`;
  if (seconds >= 1e-3) return `${numberText(1e3 * seconds)} ms`;
  return `${numberText(1e6 * seconds)} µs`;
}

function percent(share: number): string {
  const value = 100 * (Number.isFinite(share) ? share : 0);
  return `${value >= 10 || value === 0 ? Math.round(value) : Number(value.toPrecision(1))} %`;
}

const round = (value: number) => Math.round(10 * value) / 10;
