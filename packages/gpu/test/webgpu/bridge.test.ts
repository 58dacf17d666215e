import test from "tape";
import { bridge } from "../../src/webgpu/bridge.ts";
import { Page } from "../../src/webgpu/page.ts";
import type { Launch, Use } from "../../src/wgsl/kernel.ts";

test("bridge: pages beyond the limit are copied to one, and back where they are written", async (t) => {
  const pages = ["a", "b", "c", "d"].map((name) => new Page(name, 1024));
  const [a, b, c, d] = pages as [Page, Page, Page, Page];
  const use = (page: Page, param: number, start: number, bytes: number, write: boolean): Use => {
    return { page, param, write, lane: 4, range: [start, start + bytes], advance: [] };
  };
  const dispatch: Launch = {
    code: () => "",
    pages,
    uses: [
      use(a, 1, 0, 64, false),
      use(b, 2, 128, 100, true),
      use(c, 3, 256, 40, true),
      use(d, 4, 64, 8, false),
    ],
    params: [0, 0, 32, 64, 16],
    groups: 1,
  };
  t.deepEqual(bridge(dispatch, 4, new Page("spare")).numbers, [0, 1, 2, 3], "nothing to do");

  const spare = new Page("spare");
  const bridged = bridge(dispatch, 2, spare);
  t.deepEqual(bridged.pages, [b, spare], "a page that is written stays");
  t.deepEqual(bridged.numbers, [1, 0, 1, 1]);
  const moves = bridged.before.map(({ from, fromOffset, toOffset, bytes }) => [
    ...[from.label, fromOffset, toOffset, bytes],
  ]);
  t.deepEqual(moves, [
    ["c", 256, 0, 40],
    ["a", 0, 64, 64],
    ["d", 64, 128, 8],
  ]);
  t.deepEqual(bridged.after, [{ from: spare, fromOffset: 0, to: c, toOffset: 256, bytes: 40 }]);
  t.deepEqual(bridged.params, [0, 16, 32, 0, 32], "words from the new beginning");
  t.equal(spare.bytes, 192);

  const idle = new Page("spare");
  const unused = bridge({ ...dispatch, uses: dispatch.uses.slice(0, 1) }, 2, idle);
  t.deepEqual(
    [unused.before, unused.after],
    [[], []],
    "a page that is declared only is not copied",
  );
  t.deepEqual(unused.pages, [a, idle]);
  t.equal(idle.bytes, 64, "and the page in its place is there to be bound");
});
