import test from "tape";
import { Heap } from "../../src/memory/heap.ts";
import { Scratch } from "../../src/memory/scratch.ts";

test("scratch: programs of about equal need share, and the last one gives it back", (t) => {
  const heap = new Heap({ shared: false });
  const scratch = new Scratch(heap);
  const [large, nearly, small] = [1_000_000, 900_000, 1000].map((bytes) => scratch.reserve(bytes));
  t.equal(nearly?.address, large?.address, "shared");
  t.notEqual(small?.address, large?.address, "a small one does not keep a large region");
  for (const [lease, bytes] of [
    [large, 1_000_000],
    [small, 1000],
  ] as const) {
    const given = lease?.bytes ?? 0;
    t.ok(given >= bytes && given <= 1.26 * bytes, `${given} bytes for ${bytes}`);
  }
  t.equal(heap.bytes, (large?.bytes ?? 0) + (small?.bytes ?? 0));
  large?.release();
  large?.release();
  t.equal(heap.bytes, (nearly?.bytes ?? 0) + (small?.bytes ?? 0), "one still needs it");
  nearly?.release();
  small?.release();
  t.equal(heap.bytes, 0);
  t.equal(scratch.reserve(0).bytes, 0, "nothing for nothing");
  t.equal(heap.bytes, 0);
  t.end();
});
