import {
  checkNames,
  DataError,
  type Plan,
  printStep,
  stepViews,
  storageBytes,
} from "@metrigrad/tensor";
import { shortNumber } from "../plot/number.ts";
import { planeOf } from "../plot/plane.ts";
import { margin, sheet, sheetWidth } from "../plot/sheet.ts";
import { refused } from "../refused.ts";
import { element, escaped } from "../svg/element.ts";
import { type Ink, quiet, seriesInks, stroked, strong } from "../svg/ink.ts";
import { label, shortened } from "../text/label.ts";
import { textWidth } from "../text/widths.ts";
import { planIn } from "./timeline.ts";

/**
 * Options of {@link planView}.
 *
 * @category Pictures
 */
export interface PlanViewOptions {
  /** The line above the picture; none by default. */
  readonly title?: string;
  /** A sentence below the title; none by default. */
  readonly note?: string;
  /** How many steps are listed below the picture, from the first; 30 by default. */
  readonly steps?: number;
}

/** A buffer of the scratch memory, with the steps from its first to its last use. */
export interface Life {
  readonly buffer: number;
  readonly label: string;
  readonly offset: number;
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

/**
 * Draws the memory of a compiled program over its steps: each buffer of the scratch memory is a rectangle from the step that first
 * uses it to the last one, at its place in memory. A list names the steps.
 *
 * The place of a rectangle is what the plan says, so buffers that share memory at different times lie beside each other.
 *
 * {@includeCode ../../../../examples/api/view/planView.ts#example}
 *
 * @param program - The program, or its plan.
 * @param options - The title, and how many steps are listed.
 * @returns The text of an SVG file, 830 pixels wide.
 * @throws {@link DataError} if it is given something else, and for options that are not valid.
 * @category Pictures
 */
export function planView(
  program: Plan | { readonly plan: Plan },
  options: PlanViewOptions = {},
): string {
  checkNames("planView", options, ["title", "note", "steps"], DataError);
  const plan = planIn("planView", program);
  const { title, note, steps = 30 } = options;
  if (!(Number.isInteger(steps) && steps >= 0)) {
    const must = "steps must be an integer from 0";
    throw refused("planView", must, String(steps), "pass { steps: 30 }");
  }
  const lives = livesOf(plan);
  const peak = peakOf(lives, plan.steps.length);
  const listed = plan.steps.slice(0, steps);
  const left = plan.steps.length - listed.length;
  const sums = sumsOf(plan);
  const notes = [
    ...(note === undefined ? [] : [note]),
    `${plan.steps.length} step${plan.steps.length === 1 ? "" : "s"} in ${shortNumber(plan.arenaBytes, "B")} of scratch memory; most in use at step ${peak.step}: ${shortNumber(peak.bytes, "B")}.`,
    sums,
  ].join(" ");
  return sheet({
    heading: title,
    note: notes,
    title: title ?? "Memory of a program over its steps",
    description: `Buffers of the scratch memory over ${plan.steps.length} steps. ${sums}`,
    content: ({ top, left: from, width }) => {
      const height = lives.length === 0 ? 0 : 330;
      const listTop = top + height + (height === 0 ? 0 : 20);
      const bottom = listTop + 16 * (listed.length + (left > 0 ? 1 : 0)) + 8;
      const draw = () =>
        [
          lives.length === 0 ? "" : drawMap(plan, lives, { left: from, top, width, height }),
          ...listed.map((step, at) => {
            const text = `${at}  ${step.kind}  ${step.label}`;
            return lineOf(from, listTop + 16 * at + 12, text, printStep(step));
          }),
          left > 0
            ? label(from, listTop + 16 * listed.length + 12, `and ${left} more`, { ink: quiet })
            : "",
        ].join("");
      return { bottom, draw };
    },
  });
}

/** A line of the list; the whole step is its tooltip. */
function lineOf(x: number, y: number, text: string, whole: string): string {
  const shown = shortened(text, sheetWidth - 2 * margin);
  return element("g", {}, element("title", {}, escaped(whole)), label(x, y, shown));
}

/** The buffers of the scratch memory that steps use, in the order of their first use. */
export function livesOf({ buffers, steps }: Plan): Life[] {
  const uses = new Map<number, [first: number, last: number]>();
  steps.forEach((step, at) => {
    const { reads, writes } = stepViews(step);
    for (const { buffer } of [...reads, ...writes]) {
      const known = uses.get(buffer);
      uses.set(buffer, [known?.[0] ?? at, at]);
    }
  });
  return [...uses].flatMap(([buffer, [first, last]]) => {
    const spec = buffers[buffer];
    if (spec?.place.kind !== "arena") return [];
    const bytes = spec.size * storageBytes[spec.dtype];
    return [{ buffer, label: spec.label, offset: spec.place.offset, bytes, first, last }];
  });
}

/** The step at which most bytes are in use. Buffers may overlap where a step works in place; bytes of both count once. */
export function peakOf(lives: readonly Life[], count: number): { step: number; bytes: number } {
  const bytes = Array.from({ length: count }, (_, at) => {
    const here = lives.filter(({ first, last }) => first <= at && at <= last);
    let [sum, free] = [0, 0];
    for (const life of here.sort((a, b) => a.offset - b.offset)) {
      const end = life.offset + life.bytes;
      sum += Math.max(0, end - Math.max(free, life.offset));
      free = Math.max(free, end);
    }
    return sum;
  });
  const most = Math.max(0, ...bytes);
  return { step: Math.max(0, bytes.indexOf(most)), bytes: most };
}

/** What the plan uses besides the scratch memory. */
function sumsOf({ buffers }: Plan): string {
  const names = { variable: "variable", feed: "input", output: "output", constant: "constant" };
  const parts = Object.entries(names).flatMap(([kind, name]) => {
    const own = buffers.filter(({ place }) => place.kind === kind);
    if (own.length === 0) return [];
    const bytes = own.reduce((sum, { size, dtype }) => sum + size * storageBytes[dtype], 0);
    const counted = `${own.length} ${name}${own.length === 1 ? "" : "s"}`;
    return [`${counted} of ${shortNumber(bytes, "B")}`];
  });
  return parts.length === 0 ? "" : `Besides: ${parts.join(", ")}.`;
}

function drawMap(
  { steps, arenaBytes }: Plan,
  lives: readonly Life[],
  outer: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  },
): string {
  const [unit, name] =
    arenaBytes >= 1e6 ? [1e6, "MB"] : arenaBytes >= 1e3 ? [1e3, "kB"] : [1, "bytes"];
  const plane = planeOf({
    outer,
    grid: false,
    x: { title: "step", domain: [-0.5, steps.length - 0.5], whole: true },
    y: {
      title: `place in the scratch memory, ${name}`,
      domain: [0, Math.max(1, arenaBytes) / unit],
    },
  });
  const rects = lives.map((life, at) => {
    const [x, to] = [plane.x.at(life.first - 0.5), plane.x.at(life.last + 0.5)];
    const [bottom, y] = [life.offset, life.offset + life.bytes].map((one) =>
      plane.y.at(one / unit),
    );
    const box = { x, y: y as number, width: to - x, height: (bottom as number) - (y as number) };
    const ink = seriesInks[at % seriesInks.length] as Ink;
    const text = `${life.label} ${shortNumber(life.bytes, "B")}`;
    // Where a step works in place, its result begins while the buffer before it ends.
    const shared = lives.filter((other) => {
      const meets =
        other.offset < life.offset + life.bytes && life.offset < other.offset + other.bytes;
      return meets && other.first < life.first && other.last >= life.first;
    });
    const from = Math.max(x, ...shared.map(({ last }) => plane.x.at(last + 0.5)));
    const room = to - from - 10;
    const whole = textWidth(text, 12) <= room ? text : life.label;
    const fits = box.height >= 17 && room >= Math.min(60, textWidth(whole, 12));
    const shown = shortened(whole, room);
    const tip = `b${life.buffer} ${text}, steps ${life.first} to ${life.last}`;
    return element(
      "g",
      {},
      element("title", {}, escaped(tip)),
      element("rect", { ...box, fill: ink.light, "fill-opacity": "0.12", ...edge(ink) }),
      fits ? label(from + 5, (box.y + box.y + box.height) / 2 + 4, shown, { ink: strong }) : "",
    );
  });
  return plane.below + rects.join("") + plane.above;
}

/** The edge of a rectangle; its inside is pale in light and in dark, so it keeps its colour. */
const edge = (ink: Ink) => ({ ...stroked(ink), "stroke-width": 1 });
