import type { RandomStep } from "@metrigrad/tensor";
import { addressOf, further } from "../loop/address.ts";
import { share } from "../loop/nest.ts";
import { contiguous } from "../loop/region.ts";
import { i32 } from "../wasm/index.ts";
import type { Lowering } from "./context.ts";
import { lowerCopy } from "./copy.ts";
import { shareable } from "./cost.ts";

/** Lowers output[i] = word i of a Threefry stream. */
export const randomStep: Lowering<RandomStep> = (step, context) => {
  const state = context.region(step.state);
  const output = context.region(step.output);
  const size = output.shape.reduce((total, length) => total * length, 1);
  if (size === 0) return;
  const plain = contiguous(output.base, output.shape, "u32");
  const direct = output.shape.every(
    (length, axis) => length === 1 || output.strides[axis] === plain.strides[axis],
  );
  const target = direct ? output : contiguous(context.scratch(4 * size), output.shape, "u32");
  context.phase(shareable(Math.ceil(size / 8), 3 * size), (f, part, parts) => {
    const { from, to } = share(f, size, 8, part, parts);
    const seed = i32.load(addressOf(state.base));
    const counter = i32.load(addressOf(further(state.base, state.strides[0] as number)));
    f.call(context.library.threefry, addressOf(target.base), from, to, step.key, seed, counter);
  });
  if (!direct) lowerCopy(target, output, context);
};
