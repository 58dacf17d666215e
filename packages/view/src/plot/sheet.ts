import type { Attributes } from "../svg/element.ts";
import { quiet } from "../svg/ink.ts";
import { picture } from "../svg/picture.ts";
import { label, lines, titleSize } from "../text/label.ts";
import type { Box } from "./box.ts";

/** The width of pictures in pixels: about that of a README, so that no text is shown smaller than it is. */
export const sheetWidth = 830;
/** The room at the edges. */
export const margin = 16;

/** What stands on a sheet besides its content. */
export interface SheetParts {
  /** The line above everything; none by default. */
  readonly heading: string | undefined;
  /** What the marks mean, below the heading. */
  readonly note?: string;
  /** For readers who cannot see the picture. */
  readonly title: string;
  readonly description: string;
  readonly attributes?: Attributes;
  readonly width?: number;
  /** Lays out the content below the heads, and says where it ends. */
  readonly content: (area: Omit<Box, "height">) => {
    readonly bottom: number;
    readonly draw: (prefix: string) => string;
  };
}

/** Returns a picture with a heading, a note and content below each other. */
export function sheet(parts: SheetParts): string {
  const { heading = "", note = "", width = sheetWidth } = parts;
  const inside = width - 2 * margin;
  // Bold letters are a little wider.
  const headings = lines(heading, inside / 1.12, titleSize);
  const notes = lines(note, inside);
  let y = margin;
  const heads = headings.map((text) => {
    y += titleSize + 4;
    return label(margin, y - 4, text, { size: titleSize, weight: "bold" });
  });
  if (heads.length > 0) y += 4;
  const said = notes.map((text) => {
    y += 16;
    return label(margin, y - 3, text, { ink: quiet });
  });
  if (heads.length + said.length > 0) y += 10;
  const { bottom, draw } = parts.content({ left: margin, top: y, width: inside });
  const { title, description, attributes } = parts;
  return picture({
    width,
    height: bottom + margin,
    title,
    description,
    ...(attributes === undefined ? {} : { attributes }),
    body: (prefix) => [...heads, ...said, draw(prefix)].join(""),
  });
}
