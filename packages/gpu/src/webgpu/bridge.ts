import type { Launch, Use } from "../wgsl/kernel.ts";
import type { Page } from "./page.ts";

/** Bytes that are copied between pages around a dispatch. */
export interface Transfer {
  readonly from: Page;
  readonly fromOffset: number;
  readonly to: Page;
  readonly toOffset: number;
  readonly bytes: number;
}

/** A dispatch that binds few enough pages. */
export interface Bridged {
  readonly pages: readonly Page[];
  readonly params: readonly number[];
  readonly before: readonly Transfer[];
  readonly after: readonly Transfer[];
  /** The uses of the dispatch. */
  readonly uses: readonly Use[];
  /** The numbers by which the text must name the pages, in the order of the dispatch's own pages. */
  readonly numbers: readonly number[];
}

/**
 * Makes a dispatch bind few enough pages. If it uses more than it may bind, its uses of the last pages are copied to
 * one page, and what it writes there is copied back.
 */
export function bridge(dispatch: Launch, most: number, spare: Page): Bridged {
  const { pages, uses, params } = dispatch;
  if (pages.length <= most) {
    return { pages, params, before: [], after: [], uses, numbers: pages.map((_, at) => at) };
  }
  // Atomic words cannot share a page with others. Pages that are only read are the cheapest to move.
  const written = (page: Page) => uses.some((use) => use.page === page && use.write);
  const worth = (page: Page) =>
    Number(written(page)) + 2 * Number(dispatch.atomic.has(pages.indexOf(page)));
  const order = [...pages].sort((a, b) => worth(b) - worth(a));
  const kept = order.slice(0, most - 1);
  const moved = [...params];
  const before: Transfer[] = [];
  const after: Transfer[] = [];
  let end = 0;
  for (const page of order.slice(most - 1)) {
    const own = uses.filter((use) => use.page === page);
    const { start, bytes } = extentOf(own);
    const into = { from: page, fromOffset: start, to: spare, toOffset: end, bytes };
    before.push(into);
    const back = { from: spare, fromOffset: end, to: page, toOffset: start, bytes };
    if (written(page)) after.push(back);
    for (const { param, inBytes } of own) {
      moved[param] = (moved[param] as number) + (inBytes ? end - start : (end - start) / 4);
    }
    end += Math.ceil(bytes / 64) * 64;
  }
  spare.bytes = Math.max(spare.bytes, end);
  const numbers = pages.map((page) => (kept.includes(page) ? kept.indexOf(page) : most - 1));
  return { pages: [...kept, spare], params: moved, before, after, uses, numbers };
}

function extentOf(uses: readonly Use[]): { readonly start: number; readonly bytes: number } {
  const start = Math.floor(Math.min(...uses.map(({ range }) => range[0])) / 4) * 4;
  const end = Math.ceil(Math.max(...uses.map(({ range }) => range[1])) / 4) * 4;
  return { start, bytes: end - start };
}
