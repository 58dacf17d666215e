import { type Attributes, element, escaped } from "./element.ts";
import { darkRules, filled, paper } from "./ink.ts";

/** What a whole picture is made of. */
export interface PictureParts {
  readonly width: number;
  readonly height: number;
  /** What it is called, for readers who cannot see it. */
  readonly title: string;
  /** What is to be seen on it, for the same readers. */
  readonly description: string;
  /** Attributes of the root. */
  readonly attributes?: Attributes;
  /** What is drawn. Its identifiers begin with the prefix that it is given. */
  readonly body: (prefix: string) => string;
}

/** Families whose letters have equal widths, or nearly; the widths of text are measured for the widest of them. */
const family = "Helvetica, Arial, 'Liberation Sans', sans-serif";

/** Returns a whole picture as the text of an SVG file, for light and dark pages. */
export function picture({ width, height, title, description, attributes, body }: PictureParts) {
  // Pictures that share a page must not share identifiers.
  const prefix = `mg-${hashOf(body("") + title + description)}`;
  const [titled, described] = [`${prefix}-title`, `${prefix}-desc`];
  const sheet = element("rect", { width, height, ...filled(paper) });
  const content = sheet + body(prefix);
  const root = {
    xmlns: "http://www.w3.org/2000/svg",
    ...attributes,
    viewBox: `0 0 ${Math.ceil(width)} ${Math.ceil(height)}`,
    width: Math.ceil(width),
    height: Math.ceil(height),
    role: "img",
    "aria-labelledby": `${titled} ${described}`,
    "font-family": family,
    "font-size": 12,
  };
  return `${element(
    "svg",
    root,
    element("title", { id: titled }, escaped(title)),
    element("desc", { id: described }, escaped(description)),
    element("style", {}, darkRules(content)),
    content,
  )}\n`;
}

/** Returns a hash of a text (FNV-1a of 32 bits), in base 36. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return (hash >>> 0).toString(36);
}
