import { type SortStep, sizeOf } from "@metrigrad/tensor";
import type { Operand } from "../wgsl/kernel.ts";
import { coordinateLines, positionText, scaled } from "../wgsl/layout.ts";
import { bitonicSort, mostSorted, paddedLength } from "./bitonic.ts";
import type { Lower } from "./lower.ts";

/** Returns an unsigned word with the order of the element: floats by sign and size, with NaN above all. */
function keyText(source: Operand, at: string): string {
  const value = source.load(at);
  if (source.type === "float") return `floatKey(bitcast<u32>(${value}))`;
  if (source.type === "i32") return `(bitcast<u32>(${value}) ^ 0x80000000u)`;
  return source.type === "bool" ? `select(0u, 1u, ${value})` : value;
}

const floatKey = `fn floatKey(bits: u32) -> u32 {
  let size = bits & 0x7fffffffu;
  if (size > 0x7f800000u) { return 0xffffffffu; }
  if (size == 0u) { return 0x80000000u; }
  return select(bits | 0x80000000u, ~bits, (bits >> 31u) == 1u);
}`;

/**
 * Lowers a sort to keys of the elements, which are sorted with their positions. Lists that do not fit into scratch together are
 * sorted in stretches.
 */
export const sort: Lower<SortStep> = ({ input, descending, output, when }, memory) => {
  const outer = input.shape.slice(0, -1);
  const length = input.shape.at(-1) as number;
  const lists = sizeOf(outer);
  if (length * lists === 0) return [];
  const at = (strides: readonly number[]) =>
    `(${positionText(strides.slice(0, -1), "c")} + ${scaled("place", strides.at(-1) as number)})`;
  const most = Math.max(1, mostSorted(memory.scratchBytes) / paddedLength({ length }));
  const sorted = (first: number) =>
    bitonicSort({
      ...{ memory, when, lists: Math.min(most, lists - first), length },
      lines: (kernel) =>
        coordinateLines(`(list + ${kernel.param(first)})`, outer.length === 0 ? [1] : outer, "c"),
      key: (kernel) => {
        const source = kernel.read(input);
        if (source.type === "float") kernel.define(floatKey);
        const key = keyText(source, at(input.strides));
        return descending ? `~${key}` : key;
      },
      store: (kernel, from) =>
        kernel.write(output).store(at(output.strides), `bitcast<i32>(${from})`),
    });
  return Array.from({ length: Math.ceil(lists / most) }, (_, turn) => sorted(turn * most)).flat();
};
