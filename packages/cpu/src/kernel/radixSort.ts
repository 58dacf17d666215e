import { type Func, i32, i64, type ModuleBuilder, memoryFill } from "../wasm/index.ts";

/** The bytes of the counts that `radixSort` needs: one for each value of each of four bytes. */
export const radixCounts = 4 * 256 * 4;

/**
 * Sorts 64-bit words by their upper halves, byte by byte from the lowest one, which keeps the order of equal words.
 * The work grows in proportion to their number.
 *
 * Parameters: the words, as much memory beside them, how many (at least 1), memory for counts. The result is the
 * address of the sorted words, which is one of the two.
 */
export function radixSortKernel(m: ModuleBuilder): Func {
  const params = ["i32", "i32", "i32", "i32"] as const;
  return m.func("radixSort", { params, results: ["i32"] }, (f, from, other, count, counts) => {
    const word = f.local("i32");
    const bytes = f.let(i32.shl(count, 3));
    const end = f.let(i32.add(from, bytes));
    f.do(memoryFill(counts, 0, radixCounts));
    f.for(word, from, end, 8, () => {
      for (let byte = 0; byte < 4; byte++) {
        const at = f.let(i32.add(counts, i32.shl(i32.load8_u(word, 4 + byte), 2)));
        f.do(i32.store(at, i32.add(i32.load(at, 1024 * byte), 1), 1024 * byte));
      }
    });
    for (let byte = 0; byte < 4; byte++) {
      const slotOf = () => i32.add(counts, i32.shl(i32.load8_u(word, 4 + byte), 2));
      const table = 1024 * byte;
      f.set(word, from);
      // If all words have the same byte, their order stays.
      f.if(i32.ne(i32.load(slotOf(), table), count), () => {
        const to = f.let(other);
        const slot = f.local("i32");
        f.for(slot, counts, i32.add(counts, 1024), 4, () => {
          const own = f.let(i32.load(slot, table));
          f.do(i32.store(slot, to, table));
          f.increment(to, i32.shl(own, 3));
        });
        f.set(end, i32.add(from, bytes));
        f.for(word, from, end, 8, () => {
          const at = f.let(slotOf());
          f.set(to, i32.load(at, table));
          f.do(i64.store(to, i64.load(word)));
          f.do(i32.store(at, i32.add(to, 8), table));
        });
        f.set(to, from);
        f.set(from, other);
        f.set(other, to);
      });
    }
    f.result(from);
  });
}
