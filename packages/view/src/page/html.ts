import { element, escaped } from "../svg/element.ts";

/** A cell of a table: a text, or a number as a text that is aligned on the right. */
export interface Cell {
  readonly text: string;
  readonly right?: boolean;
}

/** Returns a cell for a number that is written already. */
export const numeric = (text: string): Cell => ({ text, right: true });
/** Returns a cell for a text. */
export const plain = (text: string): Cell => ({ text });

/** Returns a table with its caption, as HTML. Wide tables scroll by themselves. */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly Cell[])[],
): string {
  const titles = head.map((text) => element("th", { scope: "col" }, escaped(text)));
  const lines = rows.map((cells) => {
    const [first, ...others] = cells.map((cell, at) => cellOf(cell, at === 0 ? "th" : "td"));
    return element("tr", {}, first ?? "", ...others);
  });
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

function cellOf({ text, right = false }: Cell, name: "th" | "td"): string {
  const scope = name === "th" ? { scope: "row" } : {};
  return element(name, { ...scope, ...(right ? { class: "number" } : {}) }, escaped(text));
}

/** Returns a section with a heading and an anchor; nothing where it has no content. */
export function section(id: string, title: string, content: readonly string[]): Section | null {
  const shown = content.filter((part) => part !== "");
  if (shown.length === 0) return null;
  const heading = element("h2", { id }, escaped(title));
  const html = element("section", { "aria-labelledby": id }, heading, ...shown);
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

/** Returns a picture as a figure. */
export function figure(svg: string): string {
  return element("figure", { class: "scroll", tabindex: 0 }, svg);
}

/** Returns a heading within a section. */
export function heading(text: string): string {
  return element("h3", {}, escaped(text));
}
