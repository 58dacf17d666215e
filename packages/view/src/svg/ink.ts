/** A colour on a light background, and the one that stands for it on a dark background. Both are "#rrggbb". */
export interface Ink {
  readonly light: string;
  readonly dark: string;
}

const ink = (light: string, dark: string): Ink => ({ light, dark });

/** The background of a picture. */
export const paper = ink("#ffffff", "#14181d");
/** Text, and what is as strong. */
export const strong = ink("#1f2328", "#e6edf3");
/** Text that stands back, and axes. */
export const quiet = ink("#57606a", "#a3adb8");
/** Grid lines and frames, which may be faint. */
export const faint = ink("#e3e6ea", "#2f363e");

/** Colours of series, which colour-blind readers can tell apart (after Okabe and Ito 2008), readable as text too. */
export const seriesInks: readonly Ink[] = [
  ink("#0069a6", "#6cb6ff"),
  ink("#b8440b", "#ff9a6b"),
  ink("#007355", "#4cc9a0"),
  ink("#93426a", "#e59bc4"),
  ink("#7a6000", "#e0c24a"),
  ink("#5b3fa8", "#b8a5ff"),
  ink("#1f2328", "#e6edf3"),
  ink("#5f6670", "#a3adb8"),
];

/** Attributes that fill a shape. */
export function filled(colour: Ink): { readonly fill: string; readonly class: string } {
  return { fill: colour.light, class: className("f", colour) };
}

/** Attributes that stroke a shape. */
export function stroked(colour: Ink): { readonly stroke: string; readonly class: string } {
  return { stroke: colour.light, class: className("s", colour) };
}

/** Attributes that fill a shape and stroke its edge. */
export function filledAndStroked(inside: Ink, edge: Ink) {
  const names = `${className("f", inside)} ${className("s", edge)}`;
  return { fill: inside.light, stroke: edge.light, class: names };
}

/** The class says the dark colour, so that equal names mean equal rules wherever several pictures share a page. */
function className(kind: "f" | "s", { dark }: Ink): string {
  return `mg-${kind}-${dark.slice(1)}`;
}

/** The rules that put dark colours in the place of light ones, for the classes that a picture has. */
export function darkRules(body: string): string {
  const classes = new Set(body.match(/mg-[fs]-[0-9a-f]{6}/g) ?? []);
  const rules = [...classes].sort().map((name) => {
    const property = name[3] === "f" ? "fill" : "stroke";
    return `.${name}{${property}:#${name.slice(5)}}`;
  });
  return `@media (prefers-color-scheme:dark){${rules.join("")}}`;
}
