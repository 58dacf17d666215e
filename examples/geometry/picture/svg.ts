/** Attributes of an element. */
export type Attributes = Readonly<Record<string, string | number>>;

/** An SVG element; its content is text without markup characters, or elements. */
export function element(name: string, attributes: Attributes, ...content: string[]): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${shown(value)}"`);
  return `<${name}${written.join("")}>${content.join("")}</${name}>`;
}

/** Text at a place. */
export function label(x: number, y: number, text: string, attributes: Attributes = {}): string {
  return element("text", { x, y, "text-anchor": "middle", ...attributes }, text);
}

/** A whole picture on white; its title is for readers who cannot see it. */
export function picture(width: number, height: number, title: string, content: string[]): string {
  const root = {
    xmlns: "http://www.w3.org/2000/svg",
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    "font-family": "Helvetica, Arial, sans-serif",
    "font-size": 13,
    fill: "#333",
  };
  const sheet = element("rect", { width, height, fill: "#fff" });
  return `${element("svg", root, element("title", {}, title), sheet, ...content)}\n`;
}

/** Coordinates to a hundredth of a pixel. */
function shown(value: string | number): string {
  return typeof value === "number" ? String(Math.round(value * 100) / 100) : value;
}
