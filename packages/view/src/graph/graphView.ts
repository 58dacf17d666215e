import { checkNames, DataError } from "@metrigrad/tensor";
import type { ModelRecord } from "@metrigrad/train";
import { line } from "d3-shape";
import type { Box } from "../plot/box.ts";
import { shortNumber } from "../plot/number.ts";
import { margin, sheet, sheetWidth } from "../plot/sheet.ts";
import { kindOf, refused } from "../refused.ts";
import { element } from "../svg/element.ts";
import { faint, filled, filledAndStroked, paper, quiet, stroked } from "../svg/ink.ts";
import { label, shortened } from "../text/label.ts";
import { boxesOf, type GraphBox, lineHeight, padding, swatchWidth } from "./boxes.ts";
import { type Frame, type Placed, placeBoxes } from "./layout.ts";

/**
 * Options of {@link graphView}.
 *
 * @category Pictures
 */
export interface GraphViewOptions {
  /** The line above the picture; none by default. */
  readonly title?: string;
  /** A sentence below the title; what all blocks keep and cost by default. */
  readonly note?: string;
}

/**
 * Draws a model as {@link explain} sees it: its modules in the order of the data flow. Each has its parameters, their metrics, the sizes
 * of the blocks, the solvers, and the law of its response.
 *
 * A module that holds others is a frame around them. The colour before a metric's name is that of its kind.
 *
 * {@includeCode ../../../../examples/api/view/graphView.ts#example}
 *
 * @param explanation - The result of {@link explain}, or its data in a record.
 * @param options - The title.
 * @returns The text of an SVG file, 830 pixels wide or as wide as the model needs.
 * @throws {@link DataError} if it is given something else, and for options that are not valid.
 * @category Pictures
 */
export function graphView(explanation: ModelRecord, options: GraphViewOptions = {}): string {
  checkNames("graphView", options, ["title", "note"], DataError);
  if (typeof explanation !== "object" || explanation?.graph === undefined) {
    const todo = "pass explain(model, { batchSize: 50 })";
    throw refused("graphView", "it needs an explanation", kindOf(explanation), todo);
  }
  const { rows, bytes, build, apply, graph } = explanation;
  const placed = placeBoxes(graph, boxesOf(explanation));
  const sums = `${shortNumber(bytes, "B")} kept; ${shortNumber(build)} multiply-adds to build, ${shortNumber(apply)} to apply.`;
  const { title, note = `All blocks: ${sums}` } = options;
  const named = rows.map(({ path, params, form, law, layout }) => {
    const response = law === null ? "" : `, response ${law}`;
    return `${path || params.join(", ")}: ${form}${form === "plain gradient" ? "" : ` ${layout}`}${response}.`;
  });
  return sheet({
    heading: title,
    note,
    title: title ?? "Metrics of a model's modules",
    description: named.join(" "),
    width: Math.max(sheetWidth, placed.width + 2 * margin),
    content: ({ top, left, width }) => ({
      bottom: top + placed.height,
      draw: () => draw(placed, left + Math.max(0, (width - placed.width) / 2), top),
    }),
  });
}

function draw({ boxes, frames, arrows }: Placed, left: number, top: number): string {
  const moved = (box: Box): Box => ({ ...box, left: box.left + left, top: box.top + top });
  const path = line<{ readonly x: number; readonly y: number }>(
    ({ x }) => x + left,
    ({ y }) => y + top,
  ).digits(1);
  return [
    ...[...frames]
      .sort((a, b) => a.depth - b.depth)
      .map((frame) => drawFrame({ ...frame, ...moved(frame) })),
    ...arrows.map((points) => drawArrow(path([...points]) ?? "", points, left, top)),
    ...frames.map((frame) => frameName({ ...frame, ...moved(frame) })),
    ...boxes.map(({ box, place }) => drawBox(box, moved(place))),
  ].join("");
}

function drawFrame({ left, top, width, height }: Frame): string {
  const outline = { x: left, y: top, width, height, rx: 6, fill: "none" };
  return element("rect", { ...outline, ...stroked(quiet), "stroke-dasharray": "3 3" });
}

function frameName({ name, left, top, width }: Frame): string {
  return label(left + 8, top + 15, shortened(name, width - 16), { ink: quiet, halo: true });
}

function drawArrow(
  d: string,
  points: readonly { readonly x: number; readonly y: number }[],
  left: number,
  top: number,
): string {
  const [before, end] = points.slice(-2);
  if (before === undefined || end === undefined) return "";
  const angle = Math.atan2(end.y - before.y, end.x - before.x);
  const corner = (turn: number) => {
    const [x, y] = [end.x - 7 * Math.cos(angle + turn), end.y - 7 * Math.sin(angle + turn)];
    return `L${round(x + left)} ${round(y + top)}`;
  };
  const head = `M${round(end.x + left)} ${round(end.y + top)}${corner(0.4)}${corner(-0.4)}Z`;
  return [
    element("path", { d, fill: "none", ...stroked(quiet), "stroke-width": 1.2 }),
    element("path", { d: head, ...filled(quiet) }),
  ].join("");
}

function drawBox({ lines, form }: GraphBox, { left, top, width, height }: Box): string {
  const centred = form !== "module";
  let y = form === "join" ? top + 15 : top + padding + 8;
  let ruled = false;
  const drawn = lines.map(({ text, ink, bold, swatch, response }) => {
    const rule = response && !ruled;
    if (rule) y += 8;
    ruled ||= response;
    const at = y;
    y += lineHeight;
    const from = left + padding + (swatch === null ? 0 : swatchWidth);
    const place = centred ? left + width / 2 : from;
    return [
      rule
        ? element("path", {
            d: `M${round(left)} ${round(at - 15)}h${round(width)}`,
            ...stroked(faint),
          })
        : "",
      swatch === null
        ? ""
        : element("rect", {
            x: left + padding,
            y: at - 9,
            width: 11,
            height: 11,
            ...filled(swatch),
          }),
      label(place, at, text, {
        ink,
        ...(bold ? { weight: "bold" } : {}),
        ...(centred ? { anchor: "middle" } : {}),
      }),
    ].join("");
  });
  const outline = { x: left, y: top, width, height, rx: form === "join" ? 11 : 4 };
  const frame =
    form === "end" ? "" : element("rect", { ...outline, ...filledAndStroked(paper, quiet) });
  return element("g", {}, frame, ...drawn);
}

const round = (value: number) => Math.round(10 * value) / 10;
