import test from "tape";
import { placeScratch, withScratch } from "../../src/fuse/scratch.ts";
import { Page } from "../../src/webgpu/page.ts";
import { dispatchOf, draws } from "../support/dispatches.ts";

test("scratch: pages that are used at the same time do not overlap", async (t) => {
  const draw = draws(3);
  const pages = Array.from({ length: 30 }, (_, i) => new Page(`page ${i}`, 4 * (1 + draw(90))));
  const spans = pages.map(() => {
    const first = draw(20);
    return [first, first + draw(5)] as const;
  });
  const bundles = Array.from({ length: 25 }, (_, at) => {
    const used = pages.filter((_, i) => spans[i]?.[0] === at || spans[i]?.[1] === at);
    return { lanes: 256, members: used.map((page) => dispatchOf({ page })) };
  });
  const { starts, end } = placeScratch(bundles, (page) => pages.includes(page), 100);
  let wrong = 0;
  pages.forEach((x, i) => {
    const from = starts.get(x) as number;
    if (from < 100 || from % 64 !== 0 || from + x.bytes > end) wrong++;
    pages.slice(0, i).forEach((y, k) => {
      const [[a, b], [c, d]] = [spans[i], spans[k]] as [(typeof spans)[0], (typeof spans)[0]];
      const other = starts.get(y) as number;
      if (a <= d && c <= b && from < other + y.bytes && other < from + x.bytes) wrong++;
    });
  });
  t.equal(wrong, 0);
  t.ok(end < 100 + pages.reduce((sum, { bytes }) => sum + bytes, 0), "memory is used again");
});

test("scratch: a dispatch finds its part of the page", async (t) => {
  const [own, all] = [new Page("own", 64), new Page("all", 256)];
  const dispatch = dispatchOf({ page: own, writes: [[8, 24]] });
  const moved = withScratch(dispatch, new Map([[own, 128]]), all);
  t.deepEqual(moved.params, [0, 32]);
  t.deepEqual(moved.uses[0]?.range, [136, 152]);
  t.equal(moved.uses[0]?.page, all);
  t.deepEqual(moved.pages, [all]);
  t.deepEqual(dispatch.params, [0, 0], "the dispatch itself does not change");
});
