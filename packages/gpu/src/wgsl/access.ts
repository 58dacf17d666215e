import type { Page } from "../webgpu/page.ts";

/**
 * How kernels reach the words of a page: by functions that carry its number. What these are follows from the text that
 * calls them and from how the page is bound, so kernels know of neither.
 *
 * A page may be bound as words, as vectors of four words, as atomic words, or in windows if one binding cannot show it.
 */
export interface Words {
  load(index: string): string;
  store(index: string, bits: string): string;
  /** Returns four words, the first of which has an index that is a multiple of 4. */
  quad(index: string): string;
  setQuad(index: string, bits: string): string;
  /**
   * Returns a statement that stores the lowest bits of a value as one of `parts` of a word, beside neighbours that other
   * threads may store at the same time. The index counts parts, and the value has no higher bits.
   */
  storePart(index: string, value: string, parts: 2 | 4): string;
}

/** Returns the calls by which a kernel reaches its page with a number. */
export function wordsOf(at: number): Words {
  return {
    load: (index) => `pageLoad${at}(${index})`,
    store: (index, bits) => `pageStore${at}(${index}, ${bits});`,
    quad: (index) => `pageQuad${at}(${index})`,
    setQuad: (index, bits) => `pageSetQuad${at}(${index}, ${bits});`,
    storePart: (index, value, parts) => {
      const bits = 32 / parts;
      return [
        `{ let partAt = ${index}; let partShift = (partAt & ${parts - 1}u) * ${bits}u;`,
        `pageAnd${at}(partAt >> ${parts / 2}u, ~(${2 ** bits - 1}u << partShift));`,
        `pageOr${at}(partAt >> ${parts / 2}u, (${value}) << partShift); }`,
      ].join(" ");
    },
  };
}

const calls = ["Load", "Store", "Quad", "SetQuad", "And", "Or"] as const;
type Call = (typeof calls)[number];

/** Renames the pages of a text by the numbers of their first bindings. */
export function renamePages(text: string, numbers: readonly number[]): string {
  return text.replace(
    /\b(page(?:Load|Store|Quad|SetQuad|And|Or))(\d+)\b/g,
    (_, name: string, at: string) => `${name}${numbers[Number(at)]}`,
  );
}

/** Returns the bindings from `number` on that show a page to a text, and the functions of it that the text calls. */
export function bindingText(number: number, page: Page, text: string): string {
  const used = new Set(calls.filter((call) => text.includes(`page${call}${number}(`)));
  const kind = kindOf(page, used);
  const type = { words: "u32", quads: "vec4<u32>", atomic: "atomic<u32>" }[kind];
  const bindings = Array.from({ length: page.windows }, (_, window) => {
    const name = number + window;
    return `@group(0) @binding(${name + 1}) var<storage, read_write> page${name}: array<${type}>;`;
  });
  const functions = calls
    .filter((call) => used.has(call) || (kind !== "quads" && isPart(call, used)))
    .map((call) => functionText(call, number, page, kind));
  return [...bindings, ...functions].join("\n");
}

/** How a page is bound. */
type Kind = "words" | "quads" | "atomic";

/** Returns how a page is bound. Vectors are stored whole: a word of a vector could be lost beside another thread's. */
function kindOf({ windows }: Page, used: ReadonlySet<Call>): Kind {
  if (used.has("And") || used.has("Or")) return "atomic";
  const whole = (used.has("Quad") || used.has("SetQuad")) && !used.has("Store");
  return whole && windows === 1 ? "quads" : "words";
}

/** Whether vectors of words are made by calls of this function. */
function isPart(call: Call, used: ReadonlySet<Call>): boolean {
  return (call === "Load" && used.has("Quad")) || (call === "Store" && used.has("SetQuad"));
}

const quarters = [0, 1, 2, 3];

function functionText(call: Call, number: number, page: Page, kind: Kind): string {
  const begin = `fn page${call}${number}`;
  if (call === "Quad") {
    const parts = quarters.map((c) => `pageLoad${number}(i + ${c}u)`);
    const value = kind === "quads" ? `page${number}[i >> 2u]` : `vec4<u32>(${parts.join(", ")})`;
    return `${begin}(i: u32) -> vec4<u32> { return ${value}; }`;
  }
  if (call === "SetQuad") {
    const parts = quarters.map((c) => `pageStore${number}(i + ${c}u, bits[${c}]);`);
    const act = kind === "quads" ? `page${number}[i >> 2u] = bits;` : parts.join(" ");
    return `${begin}(i: u32, bits: vec4<u32>) { ${act} }`;
  }
  if (call === "Load") {
    const word = (binding: number, index: string) => {
      if (kind === "quads") return `page${binding}[${index} >> 2u][${index} & 3u]`;
      const place = `page${binding}[${index}]`;
      return kind === "atomic" ? `atomicLoad(&${place})` : place;
    };
    const body = inWindow(number, page, (binding, index) => `return ${word(binding, index)};`);
    return `${begin}(i: u32) -> u32 { ${body} }`;
  }
  const act = (binding: number, index: string) => {
    const place = `page${binding}[${index}]`;
    if (kind !== "atomic") return `${place} = bits; return;`;
    return `atomic${call}(&${place}, bits); return;`;
  };
  return `${begin}(i: u32, bits: u32) { ${inWindow(number, page, act)} }`;
}

/** Returns statements that act on the window in which word i lies. */
function inWindow(
  number: number,
  { windows, windowBytes }: Page,
  act: (binding: number, index: string) => string,
): string {
  const words = windowBytes / 4;
  return Array.from({ length: windows }, (_, window) => {
    const found = act(number + window, window === 0 ? "i" : `i - ${window * words}u`);
    return window === windows - 1 ? found : `if (i < ${(window + 1) * words}u) { ${found} }`;
  }).join(" ");
}
