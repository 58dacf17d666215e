import type { SortStep } from "@metrigrad/tensor";
import type { Library } from "../kernel/library.ts";
import { sortCounts } from "../kernel/sort.ts";
import type { FixedRegion } from "../loop/region.ts";
import { callValue, type FunctionBuilder, type I32, i32, i64, type Local } from "../wasm/index.ts";
import type { Lowering } from "./context.ts";
import { shareable, sizeOf } from "./cost.ts";
import { withOwnScratch } from "./ownScratch.ts";
import { forEachOwn, leading, longest } from "./rows.ts";
import { keyWordsOf } from "./sortKey.ts";

/** The time in nanoseconds per element and word of its key, roughly. */
const wordTime = 25;

/** Positions along a line: their address, and the bytes from one to the next. */
interface Positions {
  readonly at: I32;
  readonly stride: number;
}

/** Writes a word of each key and, below that, its turn. */
function writeWords(
  f: FunctionBuilder,
  size: number,
  words: I32,
  descending: boolean,
  keyOf: (turn: Local<"i32">) => I32,
): void {
  const [to, turn] = [f.let(words), f.local("i32")];
  f.for(turn, 0, size, 1, () => {
    const key = keyOf(turn);
    const ordered = descending ? i32.xor(key, -1) : key;
    const high = i64.shl(i64.extend_i32_u(ordered), i64.const(32n));
    f.do(i64.store(to, i64.or(high, i64.extend_i32_u(turn))));
    f.increment(to, 8);
  });
}

/**
 * Sorts words of 8 bytes, and writes the positions that `positionOf` gives for their turns. The memory for sorting is
 * behind the words.
 */
function sortWords(
  f: FunctionBuilder,
  size: number,
  words: I32,
  library: Library,
  output: Positions,
  positionOf: (turn: I32) => I32,
): void {
  const other = i32.add(words, 8 * size);
  const counts = i32.add(words, 16 * size);
  const from = f.let(callValue("i32", library.sortWords, words, other, i32.const(size), counts));
  const to = f.let(output.at);
  f.for(f.local("i32"), 0, size, 1, () => {
    f.do(i32.store(to, positionOf(i32.load(from))));
    f.increment(from, 8);
    f.increment(to, output.stride);
  });
}

/**
 * Writes the positions of the elements of a line in order. Keys of two words are sorted by the lower word first. The
 * sort by the higher one keeps that order, because turns are in the words.
 */
function sortLine(
  f: FunctionBuilder,
  input: FixedRegion,
  line: I32,
  own: I32,
  { descending }: SortStep,
  library: Library,
  output: Positions,
): void {
  const size = input.shape.at(-1) as number;
  const stride = input.strides.at(-1) as number;
  const [first, second] = keyWordsOf(input.dtype);
  const from = f.let(line);
  writeWords(f, size, own, descending, () => {
    const key = f.let(first(f, from));
    f.increment(from, stride);
    return key;
  });
  const order = { at: i32.add(own, 16 * size + sortCounts(size)), stride: 4 };
  sortWords(f, size, own, library, second ? order : output, (turn) => turn);
  if (!second) return;
  const positionOf = (turn: I32) => i32.load(i32.add(order.at, i32.shl(turn, 2)));
  const start = f.let(line);
  writeWords(f, size, own, descending, (turn) => {
    f.set(from, i32.add(start, i32.mul(positionOf(turn), stride)));
    return second(f, from);
  });
  sortWords(f, size, own, library, output, positionOf);
}

/** Lowers output[i…, :] = positions of input[i…, :] in order, by sorting words of element and position. */
export const sortStep: Lowering<SortStep> = (step, context) => {
  const input = context.region(step.input);
  const output = context.region(step.output);
  if (input.shape.some((size) => size === 0)) return;
  const shape = input.shape.slice(0, -1);
  const size = input.shape.at(-1) as number;
  const grains = longest(shape);
  const words = keyWordsOf(input.dtype).length;
  const cost = shareable(grains, wordTime * words * sizeOf(input.shape));
  const bytes = 16 * size + sortCounts(size) + (words > 1 ? 4 * size : 0);
  const scratch = context.partScratch(bytes, grains, cost);
  const stride = output.strides.at(-1) as number;
  context.phase(cost, (f, part, parts) => {
    withOwnScratch(f, scratch, part, context, (own) => {
      const lines = [leading(input, shape.length), leading(output, shape.length)];
      forEachOwn(f, shape, lines, part, parts, ([line, place]) => {
        const positions = { at: place as I32, stride };
        sortLine(f, input, line as I32, own, step, context.library, positions);
      });
    });
  });
};
