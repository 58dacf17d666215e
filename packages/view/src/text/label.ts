import { type Attributes, element, escaped } from "../svg/element.ts";
import { filled, filledAndStroked, type Ink, paper, strong } from "../svg/ink.ts";
import { textWidth } from "./widths.ts";

/** Where a text stands: it begins at x, has its middle there, or ends there. */
export type Anchor = "start" | "middle" | "end";

/** How a text is set. */
export interface LabelOptions {
  readonly anchor?: Anchor;
  readonly size?: number;
  readonly ink?: Ink;
  readonly weight?: "bold";
  /** Whether the text has a margin of paper, where lines pass behind it. */
  readonly halo?: boolean;
  readonly attributes?: Attributes;
}

/** The size of most texts in pixels. */
export const textSize = 12;
/** The size of titles. */
export const titleSize = 16;

/** Draws a text with its baseline at y. */
export function label(x: number, y: number, text: string, options: LabelOptions = {}): string {
  const { anchor = "start", size = textSize, ink = strong, weight, halo = false } = options;
  const edge = { "stroke-width": 4, "stroke-linejoin": "round", "paint-order": "stroke" };
  if (text === "") return "";
  const own = {
    x,
    y,
    "text-anchor": anchor === "start" ? undefined : anchor,
    "font-size": size === textSize ? undefined : size,
    "font-weight": weight,
    ...(halo ? { ...filledAndStroked(ink, paper), ...edge } : filled(ink)),
    ...options.attributes,
  };
  return element("text", own, escaped(text));
}

/** Returns the text, or its beginning with "…" if it is wider than so many pixels. */
export function shortened(text: string, width: number, size = textSize): string {
  if (textWidth(text, size) <= width) return text;
  const characters = [...text];
  while (characters.length > 1 && textWidth(`${characters.join("")}…`, size) > width) {
    characters.pop();
  }
  return `${characters.join("").trimEnd()}…`;
}

/** Returns the text, or its two ends with "…" between them if it is wider than so many pixels. Paths often differ at their ends. */
export function folded(text: string, width: number, size = textSize): string {
  if (textWidth(text, size) <= width) return text;
  const characters = [...text];
  let kept = characters.length - 1;
  const of = (count: number) => {
    const front = characters.slice(0, Math.ceil(count / 2)).join("");
    const back = characters.slice(characters.length - Math.floor(count / 2)).join("");
    return `${front.trimEnd()}…${back.trimStart()}`;
  };
  while (kept > 2 && textWidth(of(kept), size) > width) kept--;
  return of(kept);
}

/** Breaks a text into lines between its words. A word that is too long is shortened. */
export function lines(text: string, width: number, size = textSize): string[] {
  const broken: string[] = [];
  for (const word of text.split(/\s+/).filter((one) => one !== "")) {
    const longer = broken.length === 0 ? word : `${broken.at(-1)} ${word}`;
    if (broken.length > 0 && textWidth(longer, size) <= width) broken[broken.length - 1] = longer;
    else broken.push(shortened(word, width, size));
  }
  return broken;
}
