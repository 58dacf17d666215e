import type { MapStep, View } from "@metrigrad/tensor";
import { expressionLines } from "../wgsl/expressions.ts";
import { Kernel } from "../wgsl/kernel.ts";
import { coordinateLines, positionText, spaceOf } from "../wgsl/layout.ts";
import { inQuads } from "./factors.ts";
import type { Lower } from "./lower.ts";

const lanes = 256;

/** The number of elements from which a thread has four. With fewer, more threads are worth more than wide reads. */
const leastOfQuads = 2 ** 14;

/**
 * Lowers a step to one thread per index, or per four neighbours if they lie side by side in all operands. It evaluates all
 * expressions before it stores any, because outputs may be inputs.
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
  /** Whether an input has elements of its own along the last axis. */
  const isSpread = (k: number) => space.strides[k]?.at(-1) !== 0;
  const inRows = (view: View) => inQuads(kernel, view, [0, shape.length]);
  const quads =
    space.size >= leastOfQuads &&
    inputs.every((view, k) => !isSpread(k) || inRows(view)) &&
    outputs.every(inRows);
  const begin = (first: string) => [
    `let index = ${first};`,
    `if (index >= ${space.size}u) { return; }`,
    ...coordinateLines("index", space.shape, "i"),
  ];
  const one = () => [
    ...begin(`group * ${lanes}u + lane`),
    ...sources.map((source, k) => `let x${k} = ${source.load(at(k))};`),
    ...lines,
    ...targets.map((target, j) => target.store(at(sources.length + j), results[j] as string)),
  ];
  const four = () => [
    ...begin(`4u * (group * ${lanes}u + lane)`),
    ...sources.map((source, k) =>
      isSpread(k) ? `let quad${k} = ${source.quad(at(k))};` : `let x${k} = ${source.load(at(k))};`,
    ),
    ...targets.map((_, j) => `var result${j} = vec4<u32>(0u);`),
    "for (var e = 0u; e < 4u; e++) {",
    ...sources.flatMap((_, k) => (isSpread(k) ? [`let x${k} = quad${k}[e];`] : [])),
    ...lines,
    ...targets.map((target, j) => `result${j}[e] = ${target.bits(results[j] as string)};`),
    "}",
    ...targets.map((target, j) => target.setQuad(at(sources.length + j), `result${j}`)),
  ];
  const threads = quads ? space.size / 4 : space.size;
  return [kernel.build(quads ? four() : one(), Math.ceil(threads / lanes), lanes, false)];
};
