import test from "tape";
import { heights, precedents } from "../../src/fuse/order.ts";
import { Page } from "../../src/webgpu/page.ts";
import { conflict, dispatchOf, someDispatches } from "../support/dispatches.ts";

const lists = (sets: readonly ReadonlySet<number>[]) =>
  sets.map((set) => [...set].sort((a, b) => a - b));

test("order: a dispatch follows what writes its inputs, and what uses its outputs", async (t) => {
  const before = precedents([
    dispatchOf({ writes: [[0, 64]] }),
    dispatchOf({ reads: [[0, 4]], writes: [[64, 128]] }),
    dispatchOf({ reads: [[60, 64]], writes: [[128, 192]] }),
    dispatchOf({ writes: [[32, 64]] }),
    dispatchOf({ page: new Page("another"), reads: [[0, 64]], writes: [[64, 192]] }),
  ]);
  t.deepEqual(lists(before), [[], [0], [0], [0, 2], []]);
  t.deepEqual(heights(before), [3, 1, 2, 1, 1]);
});

test("order: bytes of one word are one place", async (t) => {
  const before = precedents([dispatchOf({ writes: [[0, 1]] }), dispatchOf({ writes: [[2, 3]] })]);
  t.deepEqual(lists(before), [[], [0]]);
});

/** Whether `to` follows `from`, perhaps by others between them. */
function follows(before: readonly ReadonlySet<number>[], from: number, to: number): boolean {
  return [...(before[to] as ReadonlySet<number>)].some(
    (one) => one === from || (one > from && follows(before, from, one)),
  );
}

test("order: what conflicts keeps its order, and nothing else is held up", async (t) => {
  for (let seed = 1; seed <= 5; seed++) {
    const all = someDispatches(24, seed);
    const before = precedents(all);
    let wrong = 0;
    for (let to = 0; to < all.length; to++) {
      for (let from = 0; from < to; from++) {
        const conflicts = conflict(all[from] as (typeof all)[0], all[to] as (typeof all)[0]);
        if (conflicts && !follows(before, from, to)) wrong++;
        if (!conflicts && before[to]?.has(from)) wrong++;
      }
    }
    t.equal(wrong, 0, `seed ${seed}`);
  }
});
