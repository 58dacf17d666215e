import { type ScatterAddStep, sizeOf } from "@metrigrad/tensor";
import { Kernel } from "../wgsl/kernel.ts";
import { coordinateLines, positionText } from "../wgsl/layout.ts";
import type { Lower } from "./lower.ts";

const lanes = 64;

/**
 * One workgroup per 64 elements of the output, which may be of one row or of several. It reads the
 * indices 64 at a time, and each thread adds the matching rows in their order, so that sums do not
 * depend on timing.
 */
export const scatterAdd: Lower<ScatterAddStep> = ({ indices, updates, output, when }, memory) => {
  const kernel = new Kernel(memory);
  const places = kernel.read(indices);
  const rows = kernel.read(updates);
  const target = kernel.write(output);
  kernel.when(when);
  const [count = 0, ...inner] = output.shape;
  const elements = sizeOf(output.shape);
  const columns = Math.max(1, sizeOf(inner));
  const size = sizeOf(indices.shape);
  const rank = indices.shape.length;
  const zeros = (strides: readonly number[]) => strides.map(() => 0);
  const [byIndex, byColumn] = [updates.strides.slice(0, rank), updates.strides.slice(rank)];
  const zero = { float: "0.0", i32: "0", u32: "0u", bool: "0u" }[target.type];
  kernel.global(`var<workgroup> wantedBy: array<u32, ${lanes}>;`);
  kernel.global(`var<workgroup> found: array<u32, ${lanes}>;`);
  const body = [
    `let element = group * ${lanes}u + lane;`,
    `let row = element / ${columns}u;`,
    ...coordinateLines(`(element % ${columns}u)`, inner.length === 0 ? [1] : inner, "c"),
    `let columnAt = ${positionText(byColumn, "c")};`,
    `var sum = ${zero};`,
    `for (var first = 0u; first < ${size}u; first += ${lanes}u) {`,
    "let index = first + lane;",
    "wantedBy[lane] = 0xffffffffu;",
    `if (index < ${size}u) {`,
    ...coordinateLines("index", rank === 0 ? [1] : indices.shape, "i"),
    `wantedBy[lane] = u32(clamp(${places.load(`(${positionText(indices.strides, "i")})`)}, 0, ${count - 1}));`,
    `found[lane] = ${positionText([...byIndex, ...zeros(byColumn)], "i")};`,
    "}",
    "workgroupBarrier();",
    `for (var k = 0u; k < ${lanes}u; k++) {`,
    `if (wantedBy[k] == row) { sum += ${rows.load("(found[k] + columnAt)")}; }`,
    "}",
    "workgroupBarrier();",
    "}",
    `if (element < ${elements}u) {`,
    target.store(
      `(row * ${(output.strides[0] as number) >>> 0}u + ${positionText(output.strides.slice(1), "c")})`,
      "sum",
    ),
    "}",
  ];
  return [kernel.build(body, Math.ceil(elements / lanes), lanes, true)];
};
