import { BackendError } from "@metrigrad/tensor";
import { type Launch, storesParts, type Use } from "../wgsl/kernel.ts";
import { aligned, type Page } from "./page.ts";

/** Bytes that are copied between pages around a dispatch. */
export interface Transfer {
  readonly from: Page;
  readonly fromOffset: number;
  readonly to: Page;
  readonly toOffset: number;
  readonly bytes: number;
}

/** A dispatch that has few enough bindings. */
export interface Bridged {
  readonly pages: readonly Page[];
  readonly params: readonly number[];
  readonly before: readonly Transfer[];
  readonly after: readonly Transfer[];
  /** The uses of the dispatch. */
  readonly uses: readonly Use[];
  /** The number of the first binding of each page, in the order of the dispatch's own pages. */
  readonly numbers: readonly number[];
}

/**
 * Makes a dispatch have few enough bindings. If it would have more than it may, its uses of the last pages are copied
 * to one page, and what it writes there is copied back. Throws BackendError if that cannot be.
 */
export function bridge(dispatch: Launch, most: number, spare: Page): Bridged {
  const { pages, uses, params } = dispatch;
  const numbers = numbersOf(pages);
  if (numbers.end <= most) {
    return { pages, params, before: [], after: [], uses, numbers: numbers.first };
  }
  // Atomic words would make those beside them atomic too. Pages that are only read are the cheapest to move.
  const written = (page: Page) => uses.some((use) => use.page === page && use.write);
  const worth = (page: Page) =>
    Number(written(page)) +
    2 * Number(page.windows > 1) +
    4 * Number(uses.some((use) => use.page === page && storesParts(use)));
  const order = [...pages].sort((a, b) => worth(b) - worth(a));
  let room = most - 1;
  const kept = order.filter(({ windows }) => {
    if (windows > room) return false;
    room -= windows;
    return true;
  });
  const gone = order.filter((page) => !kept.includes(page));
  if (gone.some(({ windows }) => windows > 1)) throw tooWide(numbers.end, most);
  const moved = [...params];
  const before: Transfer[] = [];
  const after: Transfer[] = [];
  let end = 0;
  for (const page of gone) {
    const own = uses.filter((use) => use.page === page);
    // A page may be declared and not used.
    if (own.length === 0) continue;
    const { start, bytes } = extentOf(own);
    const into = { from: page, fromOffset: start, to: spare, toOffset: end, bytes };
    before.push(into);
    const back = { from: spare, fromOffset: end, to: page, toOffset: start, bytes };
    if (written(page)) after.push(back);
    for (const { param, lane } of own) {
      moved[param] = (moved[param] as number) + (end - start) / lane;
    }
    end += aligned(bytes);
  }
  // It is bound, even if nothing was copied to it.
  spare.bytes = Math.max(spare.bytes, end, aligned(1));
  const { first, end: last } = numbersOf(kept);
  const at = pages.map((page) =>
    kept.includes(page) ? (first[kept.indexOf(page)] as number) : last,
  );
  return { pages: [...kept, spare], params: moved, before, after, uses, numbers: at };
}

/** Returns the number of the first binding of each page, and of the first one after them. */
function numbersOf(pages: readonly Page[]): { readonly first: number[]; readonly end: number } {
  let end = 0;
  const first = pages.map(({ windows }) => {
    end += windows;
    return end - windows;
  });
  return { first, end };
}

function tooWide(got: number, most: number): BackendError {
  return new BackendError({
    where: "store.prepare",
    must: `what a step reads and writes must fit into ${most} bindings of the gpu`,
    got: `${got}, since some values are larger than a binding`,
    todo: "use a smaller batch, an adapter with larger bindings (backend.describe() says how large), or the cpu backend",
  });
}

function extentOf(uses: readonly Use[]): { readonly start: number; readonly bytes: number } {
  const start = Math.floor(Math.min(...uses.map(({ range }) => range[0])) / 4) * 4;
  const end = Math.ceil(Math.max(...uses.map(({ range }) => range[1])) / 4) * 4;
  return { start, bytes: end - start };
}
