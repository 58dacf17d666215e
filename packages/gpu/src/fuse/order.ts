import type { Page } from "../webgpu/page.ts";
import type { Dispatch, Use } from "../wgsl/kernel.ts";

/** A part of a page that a dispatch has read or written. */
interface Access {
  readonly start: number;
  readonly end: number;
  readonly write: boolean;
  readonly by: number;
}

/** Returns, for each dispatch, those before it that it must follow: they write what it uses, or use what it writes. */
export function precedents(
  dispatches: readonly Pick<Dispatch, "uses">[],
): readonly ReadonlySet<number>[] {
  const known = new Map<Page, Access[]>();
  return dispatches.map(({ uses }, by) => {
    const before = new Set<number>();
    for (const use of uses) {
      const { start, end, write } = accessOf(use, by);
      for (const one of known.get(use.page) ?? []) {
        if ((write || one.write) && one.start < end && start < one.end) before.add(one.by);
      }
    }
    for (const use of uses)
      known.set(use.page, after(known.get(use.page) ?? [], accessOf(use, by)));
    return before;
  });
}

function accessOf({ range, write }: Use, by: number): Access {
  // Whole words: no two buffers share one.
  const [start, end] = [Math.floor(range[0] / 4) * 4, Math.ceil(range[1] / 4) * 4];
  return { start, end, write, by };
}

/** Adds an access. Those that a later write covers need not be known, since all that conflicts with them follows the write. */
function after(known: readonly Access[], next: Access): Access[] {
  const covered = (one: Access) =>
    next.write && one.by !== next.by && next.start <= one.start && one.end <= next.end;
  return [...known.filter((one) => !covered(one)), next];
}

/** Returns how many dispatches must follow each other from each one to the end, itself included. */
export function heights(before: readonly ReadonlySet<number>[]): readonly number[] {
  const found = before.map(() => 1);
  for (let at = before.length - 1; at >= 0; at--) {
    for (const one of before[at] as ReadonlySet<number>) {
      found[one] = Math.max(found[one] as number, (found[at] as number) + 1);
    }
  }
  return found;
}
