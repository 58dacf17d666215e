import {
  callValue,
  type Func,
  type FunctionBuilder,
  type I32,
  i32,
  i64,
  type Local,
  type ModuleBuilder,
  select,
} from "../wasm/index.ts";
import { radixCounts, radixSortKernel } from "./radixSort.ts";

/** The number of words of a run that is sorted by insertion. */
const run = 16;
/** The number of bytes of a word. */
const wide = 8;

/** Sorts the words from `from` to before `to` by insertion. */
function insertionSort(f: FunctionBuilder, from: Local<"i32">, to: Local<"i32">): void {
  const next = f.local("i32");
  f.for(next, i32.add(from, wide), to, wide, () => {
    const word = f.let(i64.load(next));
    const place = f.let(next);
    const before = () => i64.load(i32.sub(place, wide));
    f.block((exit) =>
      f.loop((again) => {
        f.brIf(exit, i32.eq(place, from));
        f.brIf(exit, i32.eqz(i64.lt_u(word, before())));
        f.do(i64.store(place, before()));
        f.increment(place, -wide);
        f.br(again);
      }),
    );
    f.do(i64.store(place, word));
  });
}

/** Merges the runs [a, middle) and [middle, end) to `to`. The smaller word moves without a branch. */
function merge(
  f: FunctionBuilder,
  a: Local<"i32">,
  middle: Local<"i32">,
  end: Local<"i32">,
  to: Local<"i32">,
): void {
  const b = f.let(middle);
  f.while(i32.and(i32.lt_u(a, middle), i32.lt_u(b, end)), () => {
    const [x, y] = [f.let(i64.load(a)), f.let(i64.load(b))];
    const second = f.let(i64.lt_u(y, x));
    f.do(i64.store(to, select(second, y, x)));
    f.increment(b, i32.shl(second, 3));
    f.increment(a, i32.shl(i32.eqz(second), 3));
    f.increment(to, wide);
  });
  for (const [rest, until] of [
    [a, middle],
    [b, end],
  ] as const) {
    f.while(i32.lt_u(rest, until), () => {
      f.do(i64.store(to, i64.load(rest)));
      f.increment(rest, wide);
      f.increment(to, wide);
    });
  }
}

/** Returns the smaller of two addresses. */
function least(f: FunctionBuilder, x: I32, y: Local<"i32">): Local<"i32"> {
  const result = f.let(x);
  f.if(i32.gt_u(result, y), () => f.set(result, y));
  return result;
}

/** The number of words from which counting bytes is faster than merging. */
const manyWords = 96;

/** Returns the bytes that sorting so many words needs beside two lists of them. */
export function sortCounts(count: number): number {
  return count < manyWords ? 0 : radixCounts;
}

/**
 * Sorts unsigned 64-bit words whose lower halves ascend: few by merging, many by counting bytes.
 *
 * Parameters: the words, as much memory beside them, how many, memory for counts. The result is the address of the
 * sorted words, which is one of the two.
 */
export function sortKernel(m: ModuleBuilder): Func {
  const params = ["i32", "i32", "i32", "i32"] as const;
  const radix = radixSortKernel(m);
  return m.func(
    "sortWords",
    { params, results: ["i32"], export: true },
    (f, from, other, count, counts) => {
      f.if(i32.ge_u(count, manyWords), () =>
        f.return(callValue("i32", radix, from, other, count, counts)),
      );
      const bytes = f.let(i32.shl(count, 3));
      const first = f.local("i32");
      const last = f.let(i32.add(from, bytes));
      f.for(first, from, last, run * wide, () => {
        insertionSort(f, first, least(f, i32.add(first, run * wide), last));
      });
      const size = f.let(i32.const(run * wide));
      f.while(i32.lt_u(size, bytes), () => {
        const end = f.let(i32.add(from, bytes));
        const to = f.let(other);
        f.for(first, from, end, i32.shl(size, 1), () => {
          const middle = least(f, i32.add(first, size), end);
          const stop = least(f, i32.add(middle, size), end);
          merge(f, f.let(first), middle, stop, to);
        });
        f.set(size, i32.shl(size, 1));
        f.set(to, from);
        f.set(from, other);
        f.set(other, to);
      });
      f.result(from);
    },
  );
}
