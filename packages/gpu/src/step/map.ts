import type { MapStep } from "@metrigrad/tensor";
import { expressionLines } from "../wgsl/expressions.ts";
import { Kernel } from "../wgsl/kernel.ts";
import { coordinateLines, positionText, spaceOf } from "../wgsl/layout.ts";
import type { Lower } from "./lower.ts";

const lanes = 256;

/**
 * Lowers a step to one thread per index. It evaluates all expressions before it stores any, because outputs may be
 * inputs.
 */
export const map: Lower<MapStep> = ({ shape, inputs, exprs, outputs, when }, memory) => {
  const kernel = new Kernel(memory);
  const sources = inputs.map((view) => kernel.read(view));
  const targets = outputs.map((view) => kernel.write(view));
  kernel.when(when);
  const space = spaceOf(shape, [...inputs, ...outputs]);
  const at = (operand: number) => positionText(space.strides[operand] as number[], "i");
  const { lines, results } = expressionLines(
    exprs,
    sources.map((_, k) => `x${k}`),
  );
  const body = [
    `let index = group * ${lanes}u + lane;`,
    `if (index >= ${space.size}u) { return; }`,
    ...coordinateLines("index", space.shape, "i"),
    ...sources.map((source, k) => `let x${k} = ${source.load(at(k))};`),
    ...lines,
    ...targets.map((target, j) => target.store(at(sources.length + j), results[j] as string)),
  ];
  return [kernel.build(body, Math.ceil(space.size / lanes), lanes, false)];
};
