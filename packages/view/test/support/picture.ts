/** Reads pictures back: an XML parser, boxes of texts by widths that a browser measured, colours in light and dark. */
import { DOMParser, type Element as XmlElement } from "@xmldom/xmldom";
import type { Test } from "tape";
import measured from "../text/measured.json" with { type: "json" };

type Side = "light" | "dark";

/** A text of a picture. */
export interface TextOf {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly size: number;
  readonly element: XmlElement;
}

/** A picture that was read. */
export interface PictureOf {
  readonly root: XmlElement;
  readonly width: number;
  readonly height: number;
  readonly texts: readonly TextOf[];
  readonly all: readonly XmlElement[];
}

/** Reads an SVG text. Throws for what is not well-formed. */
export function read(svg: string): PictureOf {
  const parser = new DOMParser({
    onError: (level, message) => {
      throw new Error(`${level}: ${message}`);
    },
  });
  const root = parser.parseFromString(svg, "image/svg+xml").documentElement as XmlElement;
  const all = [...root.getElementsByTagName("*")] as XmlElement[];
  const [, , width = 0, height = 0] = (root.getAttribute("viewBox") ?? "").split(" ").map(Number);
  const texts = all.filter(({ tagName }) => tagName === "text").map((one) => textOf(one, root));
  return { root, width, height, texts, all: [root, ...all] };
}

const fonts = Object.values(measured) as readonly Record<string, number>[];

/** The width of a text in the widest of the measured fonts. */
export function measuredWidth(text: string, size: number): number {
  const widths = [...text].map((one) => Math.max(...fonts.map((font) => font[one] ?? 1000)));
  return (widths.reduce((sum, width) => sum + width, 0) * size) / 1000;
}

function textOf(element: XmlElement, root: XmlElement): TextOf {
  const text = element.textContent ?? "";
  const number = (name: string) => Number(element.getAttribute(name));
  const size = Number(element.getAttribute("font-size") ?? root.getAttribute("font-size"));
  const bold = element.getAttribute("font-weight") === "bold" ? 1.08 : 1;
  const width = measuredWidth(text, size) * bold;
  const share = { middle: 0.5, end: 1 }[element.getAttribute("text-anchor") ?? ""] ?? 0;
  const [x, y] = [number("x"), number("y")];
  const left = x - share * width;
  const box = { left, right: left + width, top: y - 0.76 * size, bottom: y + 0.22 * size };
  return { text, x, y, ...box, size, element };
}

/** The attribute of an element, as it is on a light or a dark page. */
export function colourOf(
  { root }: PictureOf,
  element: XmlElement,
  name: "fill" | "stroke",
  side: Side,
): string | null {
  const light = element.getAttribute(name);
  if (side === "light" || light === null || light === "none") return light;
  const style = root.getElementsByTagName("style")[0]?.textContent ?? "";
  const classes = (element.getAttribute("class") ?? "").split(" ");
  for (const own of classes) {
    const rule = new RegExp(`\\.${own}\\{${name}:(#\\w+)\\}`).exec(style);
    if (rule !== null) return rule[1] as string;
  }
  return light;
}

/** The contrast of two colours (WCAG 2.2). */
export function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((one, other) => other - one);
  return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05);
}

function luminance(colour: string): number {
  const channels = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
  const [r = 0, g = 0, b = 0] = channels.map((one) =>
    one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** Checks what holds for every picture. */
export function checkPicture(t: Test, svg: string, what: string): PictureOf {
  const picture = read(svg);
  const { root, texts, all, width, height } = picture;
  const named = (root.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => {
    return all.find((one) => one.getAttribute("id") === id)?.textContent ?? "";
  });
  t.ok(
    root.getAttribute("role") === "img" && named.length === 2 && named.every((one) => one !== ""),
    `${what}: an image with a title and a description`,
  );
  const ids = all.flatMap((one) => one.getAttribute("id") ?? []);
  t.equal(new Set(ids).size, ids.length, `${what}: identifiers differ`);
  const odd = /NaN|undefined|Infinity/.exec(svg.replace(/<(title|desc|text)[^>]*>[^<]*/g, ""));
  t.equal(odd, null, `${what}: all coordinates are numbers`);
  const small = texts.filter(({ size }) => (size * Math.min(830, width)) / width < 11);
  t.deepEqual(list(small), [], `${what}: at 830 pixels no text is below 11 pixels`);
  t.deepEqual(overlaps(texts), [], `${what}: no two texts overlap`);
  const outside = texts.filter(
    ({ left, right, top, bottom }) => left < 0 || right > width || top < 0 || bottom > height,
  );
  t.deepEqual(list(outside), [], `${what}: all texts are inside`);
  t.deepEqual(pale(picture), [], `${what}: contrasts in light and dark`);
  return picture;
}

const list = (texts: readonly TextOf[]) => texts.map(({ text }) => text);

function overlaps(texts: readonly TextOf[]): string[] {
  return texts.flatMap((one, at) =>
    texts
      .slice(at + 1)
      .filter(
        (other) =>
          one.left < other.right &&
          other.left < one.right &&
          one.top < other.bottom &&
          other.top < one.bottom,
      )
      .map((other) => `${one.text} | ${other.text}`),
  );
}

/** Texts and lines of data whose contrast is too low: 4.5 for texts, or 3 for what is drawn. */
function pale(picture: PictureOf): string[] {
  const sheet = picture.all.find(({ tagName }) => tagName === "rect") as XmlElement;
  return (["light", "dark"] as const).flatMap((side) => {
    const paper = colourOf(picture, sheet, "fill", side) as string;
    const low = (element: XmlElement, name: "fill" | "stroke", least: number) => {
      const ground = element.getAttribute("data-on");
      const colour = colourOf(picture, element, name, side) as string;
      const behind = ground === null ? paper : (ground.split(" ")[side === "light" ? 0 : 1] ?? "");
      return contrast(colour, behind) < least;
    };
    const texts = picture.texts.filter(({ element }) => low(element, "fill", 4.5));
    const drawn = picture.all.filter((one) => one.getAttribute("data-series") !== null);
    const lines = drawn.filter((one) => low(one, "stroke", 3));
    return [
      ...texts.map(({ text }) => `${side}: ${text}`),
      ...lines.map((one) => `${side}: ${one.getAttribute("data-series")}`),
    ];
  });
}

/** The place of a value on an axis of a picture, by its two outermost ticks; in factors on a logarithmic axis. */
export function scaleBy(
  ticks: readonly { readonly at: number; readonly value: number }[],
  log = false,
): (at: number) => number {
  const of = (value: number) => (log ? Math.log(value) : value);
  const sorted = [...ticks].sort((a, b) => a.at - b.at);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined || first.at === last.at) {
    throw new Error("an axis needs two ticks");
  }
  const slope = (of(last.value) - of(first.value)) / (last.at - first.at);
  return (at) => {
    const value = of(first.value) + slope * (at - first.at);
    return log ? Math.exp(value) : value;
  };
}

/** The points of a path of straight lines, in the pieces between gaps. */
export function piecesOf(d: string): { readonly x: number; readonly y: number }[][] {
  return d
    .split("M")
    .filter((piece) => piece !== "")
    .map((piece) => {
      const numbers = piece.replace("Z", "").split(/[L,]/).map(Number);
      return Array.from({ length: numbers.length / 2 }, (_, at) => ({
        x: numbers[2 * at] as number,
        y: numbers[2 * at + 1] as number,
      }));
    });
}

/** The colours of the cells of the first map of a picture that has so many columns, row by row; null for an empty cell. */
export function cellsOf(
  picture: PictureOf,
  [rows, columns]: readonly [number, number],
): (string | null)[][] {
  const cells = Array.from({ length: rows }, () => new Array<string | null>(columns).fill(null));
  const map = picture.all.find((one) => one.getAttribute("shape-rendering") === "crispEdges");
  for (const path of picture.all.filter((one) => one.parentNode === map)) {
    const strokes = (path.getAttribute("d") ?? "").matchAll(/M(\d+) (\d+)h(\d+)/g);
    for (const [, from, row, length] of strokes) {
      for (let at = 0; at < Number(length); at++) {
        const own = cells[Number(row)];
        if (own !== undefined) own[Number(from) + at] = path.getAttribute("stroke");
      }
    }
  }
  return cells;
}
