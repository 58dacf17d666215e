import type { Page } from "../webgpu/page.ts";
import type { Dispatch, Use } from "../wgsl/kernel.ts";

/** A part of a page: the dispatch that wrote it last, and those that have read it since. */
interface Segment {
  readonly start: number;
  readonly end: number;
  readonly writer: number | null;
  readonly readers: readonly number[];
}

/** Returns, for each dispatch, those before it that it must follow: they write what it uses, or use what it writes. */
export function precedents(
  dispatches: readonly Pick<Dispatch, "uses">[],
): readonly ReadonlySet<number>[] {
  const pages = new Map<Page, Segment[]>();
  return dispatches.map(({ uses }, by) => {
    const before = new Set<number>();
    // What a dispatch reads and writes counts as written.
    for (const use of [...uses].sort((a, b) => Number(a.write) - Number(b.write))) {
      const known = pages.get(use.page) ?? [];
      pages.set(use.page, known);
      note(known, use, by, before);
    }
    before.delete(by);
    return before;
  });
}

/** Notes a use in the segments of its page, and adds those that it must follow. */
function note(segments: Segment[], { range, write }: Use, by: number, before: Set<number>): void {
  // Whole words: no two buffers share one.
  const [start, end] = [Math.floor(range[0] / 4) * 4, Math.ceil(range[1] / 4) * 4];
  if (start === end) return;
  const first = firstAfter(segments, start);
  const parts: Segment[] = [];
  let next = first;
  let at = start;
  for (let one = segments[next]; one !== undefined && one.start < end; one = segments[++next]) {
    if (one.start > at) parts.push({ start: at, end: one.start, writer: null, readers: [] });
    parts.push({ ...one, start: Math.max(one.start, start), end: Math.min(one.end, end) });
    at = one.end;
  }
  if (at < end) parts.push({ start: at, end, writer: null, readers: [] });
  for (const { writer, readers } of parts) {
    if (writer !== null) before.add(writer);
    if (write) for (const reader of readers) before.add(reader);
  }
  const [low, high] = [segments[first], segments[next - 1]];
  const middle = write
    ? [{ start, end, writer: by, readers: [] }]
    : parts.map((part) => ({ ...part, readers: [...part.readers, by] }));
  const left = low !== undefined && low.start < start ? [{ ...low, end: start }] : [];
  const right = high !== undefined && high.end > end ? [{ ...high, start: end }] : [];
  segments.splice(first, next - first, ...left, ...middle, ...right);
}

/** Returns the index of the first segment that ends after a byte. */
function firstAfter(segments: readonly Segment[], byte: number): number {
  let [low, high] = [0, segments.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((segments[middle] as Segment).end > byte) high = middle;
    else low = middle + 1;
  }
  return low;
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
