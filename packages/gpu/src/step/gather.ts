import { type GatherStep, sizeOf } from "@metrigrad/tensor";
import { Kernel } from "../wgsl/kernel.ts";
import { coordinateLines, positionText, scaled } from "../wgsl/layout.ts";
import { converted } from "../wgsl/rules.ts";
import type { Lower } from "./lower.ts";

const lanes = 256;

/** Lowers a step to one thread per element of the output. */
export const gather: Lower<GatherStep> = ({ source, indices, output, when }, memory) => {
  const kernel = new Kernel(memory);
  const from = kernel.read(source);
  const rows = kernel.read(indices);
  const target = kernel.write(output);
  kernel.when(when);
  const size = sizeOf(output.shape);
  const rank = indices.shape.length;
  const inRow = source.strides.slice(1);
  const columns = positionText([...indices.strides.map(() => 0), ...inRow], "i");
  const lead = positionText([...indices.strides, ...inRow.map(() => 0)], "i");
  const last = (source.shape[0] as number) - 1;
  const value = from.load(`(${scaled("row", source.strides[0] as number)} + ${columns})`);
  const body = [
    `let index = group * ${lanes}u + lane;`,
    `if (index >= ${size}u) { return; }`,
    ...coordinateLines("index", output.shape, "i"),
    `let row = u32(clamp(${rows.load(rank === 0 ? "0u" : `(${lead})`)}, 0, ${last}));`,
    target.store(target.at("i"), converted(value, from.type, target.type)),
  ];
  return [kernel.build(body, Math.ceil(size / lanes), lanes, false)];
};
