import test from "tape";
import { Heap } from "../../src/memory/heap.ts";
import { Random } from "../support/random.ts";

test("heap: blocks are aligned, disjoint, zero-filled and given back", (t) => {
  const random = new Random(41);
  for (const shared of [false, true]) {
    const heap = new Heap({ shared });
    const blocks: { address: number; size: number }[] = [];
    let sound = true;
    for (let turn = 0; turn < 400; turn++) {
      if (blocks.length > 0 && random.chance(0.45)) {
        const [block] = blocks.splice(random.integer(0, blocks.length - 1), 1);
        heap.release(block?.address ?? 0);
        continue;
      }
      const size = random.integer(0, 5000);
      const address = heap.allocate(size, "test");
      const bytes = new Uint8Array(heap.memory.buffer, address, size);
      sound &&= address % 64 === 0 && address > 0 && bytes.every((byte) => byte === 0);
      sound &&= blocks.every(
        (other) => address + size <= other.address || other.address + other.size <= address,
      );
      bytes.fill(255);
      blocks.push({ address, size });
    }
    t.ok(sound, `shared ${shared}`);
    for (const { address } of blocks) heap.release(address);
    t.equal(heap.bytes, 0, "nothing in use at the end");
    const before = heap.memory.buffer.byteLength;
    const all = heap.allocate(before - 1024, "one block");
    t.equal(heap.memory.buffer.byteLength, before, "free blocks became one again");
    const bytes = new Uint8Array(heap.memory.buffer, all, before - 1024);
    t.ok(bytes.every((byte) => byte === 0));
  }
  t.end();
});

test("heap: more than 4 GiB is refused", (t) => {
  const heap = new Heap({ shared: false });
  t.throws(
    () => heap.allocate(2 ** 32, "a large matrix"),
    /cpu: all values must fit into one memory of at most 4 GiB, got 4294967296 bytes for a large/,
  );
  t.equal(heap.bytes, 0);
  heap.release(12345);
  t.end();
});
