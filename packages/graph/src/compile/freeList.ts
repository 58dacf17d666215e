/** A free range of memory. */
interface Range {
  readonly offset: number;
  readonly bytes: number;
}

/** Memory from 0 on, whose ranges can be taken and given back. */
export interface FreeList {
  /** The end of all memory that was ever taken. */
  high(): number;
  /** Takes a free range and returns its offset. It is the smallest free range that fits, or a new range at the end. */
  take(bytes: number): number;
  /** Gives a range back. */
  give(offset: number, bytes: number): void;
}

/** Makes memory of which nothing is taken. It finds ranges by binary search. */
export function freeList(): FreeList {
  const byOffset = sorted((a, b) => a.offset - b.offset);
  const bySize = sorted((a, b) => a.bytes - b.bytes || a.offset - b.offset);
  let end = 0;
  const add = (range: Range) => {
    byOffset.add(range);
    bySize.add(range);
  };
  const remove = (range: Range) => {
    byOffset.remove(range);
    bySize.remove(range);
  };
  return {
    high: () => end,
    take(bytes) {
      const best = bySize.from({ offset: 0, bytes }, 0);
      if (best !== undefined) {
        remove(best);
        const rest = { offset: best.offset + bytes, bytes: best.bytes - bytes };
        if (rest.bytes > 0) add(rest);
        return best.offset;
      }
      const last = byOffset.from({ offset: end, bytes: 0 }, -1);
      const adjoins = last !== undefined && last.offset + last.bytes === end;
      if (adjoins) remove(last);
      const start = adjoins ? last.offset : end;
      end = start + bytes;
      return start;
    },
    give(offset, bytes) {
      let range: Range = { offset, bytes };
      const before = byOffset.from(range, -1);
      const after = byOffset.from(range, 0);
      if (before !== undefined && before.offset + before.bytes === offset) {
        remove(before);
        range = { offset: before.offset, bytes: before.bytes + bytes };
      }
      if (after !== undefined && offset + bytes === after.offset) {
        remove(after);
        range = { offset: range.offset, bytes: range.bytes + after.bytes };
      }
      add(range);
    },
  };
}

/** A list of ranges in a given order. */
function sorted(compare: (a: Range, b: Range) => number) {
  const ranges: Range[] = [];
  /** The position of the first range that does not come before `wanted`. */
  const find = (wanted: Range): number => {
    let low = 0;
    let high = ranges.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare(ranges[middle] as Range, wanted) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return {
    add: (range: Range) => void ranges.splice(find(range), 0, range),
    remove: (range: Range) => void ranges.splice(find(range), 1),
    /** The first range that does not come before `wanted`, or the range `by` positions after it. */
    from: (wanted: Range, by: number): Range | undefined => ranges[find(wanted) + by],
  };
}
