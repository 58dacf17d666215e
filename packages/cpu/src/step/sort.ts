import type { SortStep } from "@metrigrad/tensor";
import { sortCounts } from "../kernel/sort.ts";
import type { FixedRegion } from "../loop/region.ts";
import {
  callValue,
  type FunctionBuilder,
  type I32,
  i32,
  i64,
  type Local,
  select,
} from "../wasm/index.ts";
import type { Lowering } from "./context.ts";
import { shareable, sizeOf } from "./cost.ts";
import { withOwnScratch } from "./ownScratch.ts";
import { forEachOwn, leading, longest } from "./rows.ts";

/** Nanoseconds per element, roughly. */
const elementTime = 25;
/** The highest bit of a word. */
const top = -(2 ** 31);

/** An unsigned word that is ordered as the element: floats by sign and size, with NaN above all. */
function keyOf(f: FunctionBuilder, dtype: string, address: I32): I32 {
  if (dtype === "u8") return i32.load8_u(address);
  const bits = f.let(i32.load(address));
  if (dtype === "i32") return i32.xor(bits, top);
  if (dtype !== "f32") return bits;
  const size = f.let(i32.and(bits, 0x7fffffff));
  const flipped = i32.xor(bits, i32.or(i32.shr_s(bits, 31), top));
  const number = select(size, flipped, i32.const(top));
  return select(i32.gt_u(size, 0x7f800000), i32.const(-1), number);
}

/** Writes each element of a line as its key and, below that, its position. */
function writeWords(
  f: FunctionBuilder,
  input: FixedRegion,
  line: I32,
  words: I32,
  descending: boolean,
): void {
  const [from, to, index] = [f.let(line), f.let(words), f.local("i32")];
  f.for(index, 0, input.shape.at(-1) as number, 1, () => {
    const key = keyOf(f, input.dtype, from);
    const ordered = descending ? i32.xor(key, -1) : key;
    const high = i64.shl(i64.extend_i32_u(ordered), i64.const(32n));
    f.do(i64.store(to, i64.or(high, i64.extend_i32_u(index))));
    f.increment(from, input.strides.at(-1) as number);
    f.increment(to, 8);
  });
}

/** output[i…, :] = positions of input[i…, :] in order, by sorting words of element and position. */
export const sortStep: Lowering<SortStep> = (step, context) => {
  const input = context.region(step.input);
  const output = context.region(step.output);
  if (input.shape.some((size) => size === 0)) return;
  const shape = input.shape.slice(0, -1);
  const size = input.shape.at(-1) as number;
  const grains = longest(shape);
  const cost = shareable(grains, elementTime * sizeOf(input.shape));
  const scratch = context.partScratch(16 * size + sortCounts(size), grains, cost);
  context.phase(cost, (f, part, parts) => {
    withOwnScratch(f, scratch, part, context, (own) => {
      const lines = [leading(input, shape.length), leading(output, shape.length)];
      forEachOwn(f, shape, lines, part, parts, ([line, place]) => {
        writeWords(f, input, line as I32, own, step.descending);
        const other = i32.add(own, 8 * size);
        const counts = i32.add(own, 16 * size);
        const from = f.let(
          callValue("i32", context.library.sortWords, own, other, i32.const(size), counts),
        );
        const to = f.let(place as I32) as Local<"i32">;
        f.for(f.local("i32"), 0, size, 1, () => {
          f.do(i32.store(to, i32.load(from)));
          f.increment(from, 8);
          f.increment(to, output.strides.at(-1) as number);
        });
      });
    });
  });
};
