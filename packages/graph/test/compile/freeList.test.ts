import test from "tape";
import { freeList } from "../../src/compile/freeList.ts";

test("free list: ranges do not meet, the best fit is taken, neighbours become one", (t) => {
  let state = 11;
  const random = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const list = freeList();
  const taken: { offset: number; bytes: number }[] = [];
  let wrong = 0;
  for (let turn = 0; turn < 3000; turn++) {
    if (taken.length > 0 && random(100) < 48) {
      const [{ offset, bytes }] = taken.splice(random(taken.length), 1) as [(typeof taken)[0]];
      list.give(offset, bytes);
      continue;
    }
    const bytes = 64 * (1 + random(9));
    // The gaps between what is taken, of which the smallest that is large enough must be used.
    const ends = [...taken].sort((a, b) => a.offset - b.offset);
    let best = Number.POSITIVE_INFINITY;
    let end = 0;
    for (const range of ends) {
      const gap = range.offset - end;
      if (gap >= bytes) best = Math.min(best, gap);
      end = range.offset + range.bytes;
    }
    const tail = list.high() - end;
    if (tail >= bytes) best = Math.min(best, tail);
    const before = list.high();
    const offset = list.take(bytes);
    const meets = taken.some(
      (one) => offset < one.offset + one.bytes && one.offset < offset + bytes,
    );
    const grew = list.high() > before;
    if (meets || grew !== !Number.isFinite(best)) wrong++;
    if (grew && offset !== end) wrong++;
    taken.push({ offset, bytes });
  }
  t.equal(wrong, 0);
  for (const { offset, bytes } of taken) list.give(offset, bytes);
  t.equal(list.take(list.high()), 0, "one range at the end");
  t.end();
});
