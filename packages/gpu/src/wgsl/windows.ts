import type { Page } from "../webgpu/page.ts";

/**
 * Text that reads and writes a page that one binding cannot show. Each of its windows is a binding, `page3`, `page4`, …,
 * and functions find the window of a word. `page` with a number names the page's first binding, and so do the functions.
 */
export interface WindowText {
  load(index: string): string;
  store(index: string, bits: string): string;
}

/** Returns how a kernel names the words of a page: `atomic` tells, when it is asked, whether they are atomic. */
export function wordsOf(at: number, { windows }: Page, atomic: () => boolean): WindowText {
  if (windows > 1) {
    return {
      load: (index) => `pageLoad${at}(${index})`,
      store: (index, bits) => `pageStore${at}(${index}, ${bits});`,
    };
  }
  return {
    load: (index) => (atomic() ? `atomicLoad(&page${at}[${index}])` : `page${at}[${index}]`),
    store: (index, bits) =>
      atomic() ? `atomicStore(&page${at}[${index}], ${bits});` : `page${at}[${index}] = ${bits};`,
  };
}

/** Returns a statement that stores a byte beside neighbours that other threads may store at the same time. */
export function storeByte(at: number, { windows }: Page, index: string, value: string): string {
  const change = (name: "And" | "Or", bits: string) =>
    windows > 1
      ? `page${name}${at}(byteAt >> 2u, ${bits});`
      : `atomic${name}(&page${at}[byteAt >> 2u], ${bits});`;
  return [
    `{ let byteAt = ${index}; let byteShift = (byteAt & 3u) * 8u;`,
    change("And", "~(255u << byteShift)"),
    `${change("Or", `(min(${value}, 255u)) << byteShift`)} }`,
  ].join(" ");
}

/** Returns the functions of a page of several windows whose first binding has the given number. */
export function windowFunctions(number: number, page: Page, atomic: boolean): string {
  const words = page.windowBytes / 4;
  /** The body of a function: `act` for the window in which word i lies. */
  const find = (act: (binding: number, index: string) => string) =>
    Array.from({ length: page.windows }, (_, window) => {
      const index = window === 0 ? "i" : `i - ${window * words}u`;
      const found = act(number + window, index);
      return window === page.windows - 1 ? found : `if (i < ${(window + 1) * words}u) { ${found} }`;
    }).join("\n");
  const load = (binding: number, index: string) =>
    atomic ? `return atomicLoad(&page${binding}[${index}]);` : `return page${binding}[${index}];`;
  const store = (binding: number, index: string) =>
    atomic
      ? `atomicStore(&page${binding}[${index}], bits); return;`
      : `page${binding}[${index}] = bits; return;`;
  const change = (name: string) => (binding: number, index: string) =>
    `atomic${name}(&page${binding}[${index}], bits); return;`;
  const changes = ["And", "Or"].map(
    (name) => `fn page${name}${number}(i: u32, bits: u32) {\n${find(change(name))}\n}`,
  );
  return [
    `fn pageLoad${number}(i: u32) -> u32 {\n${find(load)}\n}`,
    `fn pageStore${number}(i: u32, bits: u32) {\n${find(store)}\n}`,
    ...(atomic ? changes : []),
  ].join("\n");
}

/** Renames the pages of a text by the numbers of their first bindings. */
export function renamePages(text: string, numbers: readonly number[]): string {
  return text.replace(
    /\b(page(?:Load|Store|And|Or)?)(\d+)\b/g,
    (_, name: string, at: string) => `${name}${numbers[Number(at)]}`,
  );
}
