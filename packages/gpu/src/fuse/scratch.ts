import { aligned, type Page } from "../webgpu/page.ts";
import type { Dispatch } from "../wgsl/kernel.ts";
import type { Bundle } from "./bundles.ts";

/** A page of which bundles `first` to `last` use the bytes from `start` on. */
interface Held {
  readonly page: Page;
  readonly first: number;
  last: number;
  start: number;
}

/**
 * Finds a place for the scratch of each step behind the first `from` bytes: pages that are used at the same time do not
 * overlap. Returns the first byte of each page, and the bytes that they take in all.
 */
export function placeScratch(
  bundles: readonly Bundle[],
  isScratch: (page: Page) => boolean,
  from: number,
): { readonly starts: ReadonlyMap<Page, number>; readonly end: number } {
  const held = new Map<Page, Held>();
  bundles.forEach(({ members }, at) => {
    for (const page of members.flatMap(({ pages }) => pages).filter(isScratch)) {
      const known = held.get(page);
      if (known === undefined) held.set(page, { page, first: at, last: at, start: 0 });
      else known.last = at;
    }
  });
  const placed: Held[] = [];
  for (const one of held.values()) {
    const others = placed
      .filter(({ first, last }) => first <= one.last && one.first <= last)
      .sort((x, y) => x.start - y.start);
    one.start = aligned(from);
    for (const { page, start } of others) {
      if (one.start + one.page.bytes <= start) break;
      one.start = Math.max(one.start, start + aligned(page.bytes));
    }
    placed.push(one);
  }
  return {
    starts: new Map(placed.map(({ page, start }) => [page, start])),
    end: Math.max(from, ...placed.map(({ page, start }) => start + page.bytes)),
  };
}

/** Returns a dispatch whose scratch is a part of a page. */
export function withScratch<T extends Dispatch>(
  dispatch: T,
  starts: ReadonlyMap<Page, number>,
  scratch: Page,
): T {
  const params = [...dispatch.params];
  const uses = dispatch.uses.map((use) => {
    const start = starts.get(use.page);
    if (start === undefined) return use;
    params[use.param] = (params[use.param] as number) + start / use.lane;
    const [first, end] = use.range;
    return { ...use, page: scratch, range: [start + first, start + end] as const };
  });
  const pages = dispatch.pages.map((page) => (starts.has(page) ? scratch : page));
  return { ...dispatch, params, uses, pages };
}
