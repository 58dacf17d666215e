import { element, escaped } from "../svg/element.ts";

/** A cell of a table: its content as HTML, and whether it is a number, which is aligned on the right. */
export interface Cell {
  readonly html: string;
  readonly right?: boolean;
}

/** Returns a cell for a number that is written already, with its range below where it has one. */
export function numeric(text: string, range = ""): Cell {
  const small = range === "" ? "" : element("small", {}, escaped(range));
  return { html: escaped(text) + small, right: true };
}

/** Returns a cell for a text. A path may break after its slashes. */
export function plain(text: string): Cell {
  return { html: escaped(text).replaceAll("/", "/<wbr/>") };
}

/** Returns a table with its caption, as HTML. Wide tables scroll by themselves. */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
): string {
  const titles = head.map((text, column) => {
    const right = rows.every((cells) => cells[column]?.right === true);
    return element("th", { scope: "col", ...(right && { class: "number" }) }, escaped(text));
  });
  const lines = rows.map((cells) =>
    element("tr", {}, ...cells.map((cell, at) => cellOf(cell, at === 0 ? "th" : "td"))),
  );
  return element(
    "div",
    { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    element(
      "table",
      {},
      element("caption", {}, escaped(caption)),
      element("thead", {}, element("tr", {}, ...titles)),
      element("tbody", {}, ...lines),
    ),
  );
}

function cellOf({ html, right = false }: Cell, name: "th" | "td"): string {
  const scope = name === "th" ? { scope: "row" } : {};
  return element(name, { ...scope, ...(right ? { class: "number" } : {}) }, html);
}

/**
 * Returns a section with a heading, an anchor and a sentence on what is seen; null where it has no content.
 */
export function section(
  id: string,
  title: string,
  about: string,
  content: readonly string[],
): Section | null {
  const shown = content.filter((part) => part !== "");
  if (shown.length === 0) return null;
  const heading = element("h2", { id }, escaped(title));
  const html = element("section", { "aria-labelledby": id }, heading, paragraph(about), ...shown);
  return { id, title, html };
}

/** A section of a page. */
export interface Section {
  readonly id: string;
  readonly title: string;
  readonly html: string;
}

/** Returns a paragraph of plain text. */
export function paragraph(text: string): string {
  return element("p", {}, escaped(text));
}

/** Returns a picture as a figure, which scrolls by itself where the page is narrow. */
export function figure(name: string, svg: string): string {
  return element("figure", { class: "scroll", tabindex: 0, "aria-label": name }, svg);
}

/** Gives pictures that are alike different identifiers, since a page may have each of them once. */
export function distinctPictures(html: string): string {
  const counts = new Map<string, number>();
  return html.replace(/<svg .*?<\/svg>/gs, (svg) => {
    const prefix = /aria-labelledby="(\S+)-title /.exec(svg)?.[1] ?? "";
    const before = counts.get(prefix) ?? 0;
    counts.set(prefix, before + 1);
    return before === 0 ? svg : svg.replaceAll(prefix, `${prefix}-${before}`);
  });
}

/** Returns a heading within a section. */
export function heading(text: string): string {
  return element("h3", {}, escaped(text));
}

/** Returns a part that the reader opens. The key tells it from others with the same words. */
export function details(key: string, summary: string, content: string): string {
  return element("details", { "data-key": key }, element("summary", {}, escaped(summary)), content);
}
