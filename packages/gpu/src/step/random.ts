import { type RandomStep, sizeOf } from "@metrigrad/tensor";
import { Kernel } from "../wgsl/kernel.ts";
import { coordinateLines } from "../wgsl/layout.ts";
import type { Lower } from "./lower.ts";

const lanes = 256;

/** Lowers a step to one thread per pair of words. */
export const random: Lower<RandomStep> = ({ key, state, output, when }, memory) => {
  const kernel = new Kernel(memory);
  const words = kernel.read(state);
  const target = kernel.write(output);
  kernel.when(when);
  const size = sizeOf(output.shape);
  const pairs = Math.ceil(size / 2);
  const word = (i: number) => words.load(`${(i * (state.strides[0] as number)) >>> 0}u`);
  const put = (which: string, index: string) => [
    "{",
    ...coordinateLines(index, output.shape, "i"),
    target.store(target.at("i"), `pair.${which}`),
    "}",
  ];
  const body = [
    `let index = group * ${lanes}u + lane;`,
    `if (index >= ${pairs}u) { return; }`,
    `let pair = threefry(vec2<u32>(${kernel.param(key)}, ${word(0)}), vec2<u32>(index, ${word(1)}));`,
    ...put("x", "(2u * index)"),
    `if (2u * index + 1u < ${size}u)`,
    ...put("y", "(2u * index + 1u)"),
  ];
  return [kernel.build(body, Math.ceil(pairs / lanes), lanes, false)];
};
