/** Reads pages of HTML back, by the parser of XML: what is well-formed for it needs no repair by browsers. */
import { DOMParser, type Element as XmlElement } from "@xmldom/xmldom";

/** A page that was read. */
export interface PageOf {
  readonly root: XmlElement;
  readonly body: XmlElement;
  /** The sections by the id of their heading, in their order. */
  readonly sections: ReadonlyMap<string, XmlElement>;
}

/** Reads a page. Throws for what is not well-formed. */
export function readPage(html: string): PageOf {
  const parser = new DOMParser({
    onError: (level, message) => {
      throw new Error(`${level}: ${message}`);
    },
  });
  const start = "<!doctype html>\n";
  if (!html.startsWith(start)) throw new Error("the page must begin with its type");
  const text = html.slice(start.length);
  const root = parser.parseFromString(text, "application/xml").documentElement as XmlElement;
  const [body] = elements(root, "body");
  if (body === undefined) throw new Error("the page must have a body");
  const sections = elements(root, "section").map(
    (one) => [one.getAttribute("aria-labelledby") ?? "", one] as const,
  );
  return { root, body, sections: new Map(sections) };
}

/** The elements of a name below another, in their order. */
export function elements(root: XmlElement, name: string): readonly XmlElement[] {
  return [...root.getElementsByTagName(name)] as XmlElement[];
}

/** The pictures of a part, each as the text of a file. */
export function picturesOf(html: string): readonly string[] {
  return html.match(/<svg .*?<\/svg>/gs) ?? [];
}
