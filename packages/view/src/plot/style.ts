import {
  type SymbolType,
  symbol,
  symbolCircle,
  symbolCross,
  symbolDiamond,
  symbolSquare,
  symbolTriangle,
  symbolWye,
} from "d3-shape";
import { element } from "../svg/element.ts";
import { filledAndStroked, type Ink, paper, seriesInks } from "../svg/ink.ts";

/** How a series looks: no two of the first 24 are alike, and no two of the first 12 without their colours. */
export interface SeriesStyle {
  readonly ink: Ink;
  /** The dashes of the line; undefined for a solid one. */
  readonly dash: string | undefined;
  readonly mark: SymbolType;
}

const dashes = [undefined, "7 3", "2 2.5", "9 3 2 3"] as const;
const marks = [
  symbolCircle,
  symbolSquare,
  symbolTriangle,
  symbolDiamond,
  symbolCross,
  symbolWye,
] as const;

/** Returns the style of a series by its place in the order of the series. */
export function styleOf(index: number): SeriesStyle {
  const of = <T>(list: readonly T[]) => list[index % list.length] as T;
  return { ink: of(seriesInks), dash: of(dashes), mark: of(marks) };
}

/** Draws the mark of a series with its middle at a place. */
export function drawMark({ ink, mark }: SeriesStyle, x: number, y: number, area = 38): string {
  const d = symbol(mark, area).digits(1)() ?? "";
  const place = `translate(${Math.round(10 * x) / 10} ${Math.round(10 * y) / 10})`;
  const colours = filledAndStroked(ink, paper);
  return element("path", { d, transform: place, ...colours, "stroke-width": 0.8 });
}
