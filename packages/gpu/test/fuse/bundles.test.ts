import test from "tape";
import { bundles, isLone } from "../../src/fuse/bundles.ts";
import { Page } from "../../src/webgpu/page.ts";
import { conflict, dispatchOf, type Sketch, someDispatches } from "../support/dispatches.ts";

const home = (page: Page) => page;
const sizes = (sketches: readonly Sketch[], buffers = 8) =>
  bundles(sketches.map(dispatchOf), { buffers, home }).map(({ members }) => members.length);

test("bundles: nothing in a bundle conflicts, and what conflicts keeps its order", async (t) => {
  for (let seed = 1; seed <= 10; seed++) {
    const all = someDispatches(60, seed);
    const made = bundles(all, { buffers: 8, home });
    const place = new Map(made.flatMap(({ members }, at) => members.map((one) => [one, at])));
    t.equal(place.size, all.length, "each dispatch is in one bundle");
    let wrong = 0;
    all.forEach((y, to) => {
      for (const x of all.slice(0, to)) {
        if (conflict(x, y) && (place.get(x) as number) >= (place.get(y) as number)) wrong++;
      }
    });
    t.equal(wrong, 0, `seed ${seed}: ${all.length} dispatches in ${made.length} bundles`);
    t.ok(made.length < all.length, "some run together");
  }
});

test("bundles: threads of a workgroup are as many as those that meet need", async (t) => {
  const [met, small] = [{ barriers: true }, { barriers: true, lanes: 64 }];
  const made = bundles([{}, small].map(dispatchOf), { buffers: 8, home });
  t.deepEqual(
    made.map(({ lanes, members }) => [lanes, members.length]),
    [[64, 2]],
  );
  t.deepEqual(sizes([met, small]), [1, 1], "those that meet do not change");
  t.deepEqual(sizes([met, {}]), [2]);
  t.deepEqual(sizes([met, { lanes: 64 }]), [1, 1], "a workgroup does not become larger");
});

test("bundles: limits of devices hold", async (t) => {
  const pages = Array.from({ length: 5 }, () => new Page("one"));
  t.deepEqual(
    sizes(
      pages.map((page) => ({ page })),
      2,
    ),
    [2, 2, 1],
  );
  const all = pages.map((page) => dispatchOf({ page }));
  const onOne = bundles(all, { buffers: 2, home: () => pages[0] as Page });
  t.equal(onOne.length, 1, "parts of one page count once");
  t.deepEqual(
    sizes([{ writes: [[0, 4]], lane: 1 }, {}, {}]),
    [1, 2],
    "atomic words are words for all",
  );
  t.deepEqual(sizes([{ groups: 2000 }, {}, {}]), [1, 2], "large dispatches stay alone");
});

test("bundles: long texts share with their own kind only", async (t) => {
  const [long, other] = ["x", "y"].map((name) => ({
    text: `let ${name} = ${"1 + ".repeat(600)}1;`,
  }));
  t.deepEqual(sizes([{ ...long }, { ...other }, {}, { ...long }, {}]), [2, 1, 2]);
  const [alone] = bundles([dispatchOf({ ...long })], { buffers: 8, home });
  t.notOk(alone && isLone(alone), "its shader is the one of several");
  const [short] = bundles([dispatchOf({})], { buffers: 8, home });
  t.ok(short && isLone(short));
  t.equal(sizes(Array.from({ length: 20 }, (_, i) => ({ text: `let x = ${i}u;` })))[0], 8);
});
