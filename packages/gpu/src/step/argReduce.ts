import { type ArgReduceStep, sizeOf } from "@metrigrad/tensor";
import { Kernel } from "../wgsl/kernel.ts";
import { coordinateLines, positionText, scaled } from "../wgsl/layout.ts";
import type { Lower } from "./lower.ts";

/**
 * Lowers a step to one workgroup per list. Each thread takes every 64th element, and then halves of the threads meet.
 */
export const argReduce: Lower<ArgReduceStep> = ({ op, input, output, when }, memory) => {
  const kernel = new Kernel(memory);
  const source = kernel.read(input);
  const target = kernel.write(output);
  kernel.when(when);
  const lists = sizeOf(output.shape);
  const length = input.shape.at(-1) as number;
  const lanes = length > 512 ? 256 : 64;
  const { type } = source;
  const held = { float: "f32", i32: "i32", u32: "u32", bool: "u32" }[type];
  const value = (at: string) => {
    const text = source.load(at);
    return type === "bool" ? `select(0u, 1u, ${text})` : text;
  };
  const symbol = op === "max" ? ">" : "<";
  const beats =
    type === "float"
      ? `(!isNan(y) && (isNan(x) || x ${symbol} y)) || (isNan(x) && isNan(y) && i < j) || (x == y && i < j)`
      : `x ${symbol} y || (x == y && i < j)`;
  kernel.shared("values", held, lanes);
  kernel.shared("places", "u32", lanes);
  kernel.define(`fn beats(x: ${held}, i: u32, y: ${held}, j: u32) -> bool { return ${beats}; }`);
  const along = input.strides.at(-1) as number;
  const body = [
    ...coordinateLines("group", output.shape.length === 0 ? [1] : output.shape, "i"),
    `let start = ${positionText(input.strides.slice(0, -1), "i")};`,
    `var best = min(lane, ${length - 1}u);`,
    `var x = ${value(`(start + ${scaled("best", along)})`)};`,
    `for (var k = lane + ${lanes}u; k < ${length}u; k += ${lanes}u) {`,
    `let y = ${value(`(start + ${scaled("k", along)})`)};`,
    "if (beats(y, k, x, best)) { x = y; best = k; }",
    "}",
    "values[lane] = x; places[lane] = best;",
    "workgroupBarrier();",
    `for (var half = ${lanes / 2}u; half > 0u; half = half / 2u) {`,
    "if (lane < half && beats(values[lane + half], places[lane + half], values[lane], places[lane])) {",
    "values[lane] = values[lane + half]; places[lane] = places[lane + half];",
    "}",
    "workgroupBarrier();",
    "}",
    `if (lane == 0u) { ${target.store(`(${target.at("i")})`, "i32(places[0])")} }`,
  ];
  return [kernel.build(body, lists, lanes, true)];
};
