import { sizeOf, type TriangularSolveStep } from "@metrigrad/tensor";
import { Kernel } from "../wgsl/kernel.ts";
import { coordinateLines, positionText, scaled } from "../wgsl/layout.ts";
import type { Lower } from "./lower.ts";

const lanes = 256;
/** The number of unknowns that are solved together. */
const panel = 32;

/**
 * Lowers a solve to one workgroup per matrix and up to 32 right-hand sides.
 *
 * It solves 32 unknowns at a time: first it subtracts the products with the known ones, and then it solves the 32 one
 * after the other.
 */
export const triangularSolve: Lower<TriangularSolveStep> = (step, memory) => {
  const { l, rhs, transpose, output, when } = step;
  const kernel = new Kernel(memory);
  const factor = kernel.read(l);
  const right = kernel.read(rhs);
  const target = kernel.write(output);
  kernel.when(when);
  const batch = l.shape.slice(0, -2);
  const [d = 0, columns = 0] = rhs.shape.slice(-2);
  if (sizeOf(rhs.shape) === 0) return [];
  // With few right-hand sides there are threads left, which share the sum of one element.
  const width = columns > 8 ? 32 : columns > 1 ? 8 : 1;
  const chunks = Math.ceil(columns / width);
  const panels = Math.ceil(d / panel);
  const each = Math.max(1, (panel * width) / lanes);
  const shares = Math.max(1, lanes / (panel * width));
  const [byRow = 0, byColumn = 0] = l.strides.slice(-2);
  const [down, across] = transpose ? [byColumn, byRow] : [byRow, byColumn];
  const at = (operand: typeof right, from: string, strides: readonly number[], row: string) =>
    operand.load(
      `(${from} + ${scaled(row, strides.at(-2) as number)} + ${scaled("column", strides.at(-1) as number)})`,
    );
  const put = `(to + ${scaled("row", output.strides.at(-2) as number)} + ${scaled("column", output.strides.at(-1) as number)})`;
  // The unknown number `i` in the order in which they are solved.
  const unknown = (i: string) => (transpose ? `(${d - 1}u - ${i})` : i);
  const element = (i: string, j: string) =>
    factor.load(`(matrix + ${scaled(unknown(i), down)} + ${scaled(unknown(j), across)})`);
  kernel.shared("lTile", "f32", panel * (panel + 1));
  kernel.shared("xTile", "f32", panel * width);
  kernel.shared("sums", "f32", panel * width * shares);
  const slots = (lines: (turn: number) => readonly string[]) =>
    Array.from({ length: each }, (_, turn) => [
      "{",
      `let slot = lane + ${turn * lanes}u;`,
      `let i = (slot / ${width}u) % ${panel}u;`,
      `let c = slot % ${width}u;`,
      ...lines(turn),
      "}",
    ]).flat();
  const fetch = (rowStart: string, columnStart: string) => [
    `for (var slot = lane; slot < ${panel * panel}u; slot += ${lanes}u) {`,
    `let i = slot / ${panel}u;`,
    `let j = slot % ${panel}u;`,
    "var value = 0.0;",
    `if (${rowStart} + i < ${d}u && ${columnStart} + j < ${d}u) { value = ${element(`(${rowStart} + i)`, `(${columnStart} + j)`)}; }`,
    `lTile[i * ${panel + 1}u + j] = value;`,
    "}",
  ];
  const body = [
    `let chunk = group % ${chunks}u;`,
    ...coordinateLines(`(group / ${chunks}u)`, batch, "b"),
    `let matrix = ${positionText(l.strides.slice(0, -2), "b")};`,
    `let source = ${positionText(rhs.strides.slice(0, -2), "b")};`,
    `let to = ${positionText(output.strides.slice(0, -2), "b")};`,
    `let share = lane / ${panel * width}u;`,
    `for (var start = 0u; start < ${panels * panel}u; start += ${panel}u) {`,
    ...Array.from({ length: each }, (_, turn) => `var sum${turn} = 0.0;`),
    `for (var before = 0u; before < start; before += ${panel}u) {`,
    ...fetch("start", "before"),
    `for (var slot = lane; slot < ${panel * width}u; slot += ${lanes}u) {`,
    `let row = ${unknown(`(before + slot / ${width}u)`)};`,
    `let column = min(chunk * ${width}u + slot % ${width}u, ${columns - 1}u);`,
    `xTile[slot] = ${at(target, "to", output.strides, "row")};`,
    "}",
    "workgroupBarrier();",
    ...slots((turn) => [
      `for (var j = share; j < ${panel}u; j += ${shares}u) {`,
      `sum${turn} = fma(lTile[i * ${panel + 1}u + j], xTile[j * ${width}u + c], sum${turn});`,
      "}",
    ]),
    "workgroupBarrier();",
    "}",
    ...fetch("start", "start"),
    ...slots((turn) => [`sums[slot] = sum${turn};`]),
    "workgroupBarrier();",
    `for (var slot = lane; slot < ${panel * width}u; slot += ${lanes}u) {`,
    `let row = ${unknown(`min(start + slot / ${width}u, ${d - 1}u)`)};`,
    `let column = min(chunk * ${width}u + slot % ${width}u, ${columns - 1}u);`,
    "var rest = 0.0;",
    `for (var s = 0u; s < ${shares}u; s++) { rest += sums[s * ${panel * width}u + slot]; }`,
    `xTile[slot] = ${at(right, "source", rhs.strides, "row")} - rest;`,
    "}",
    "workgroupBarrier();",
    `let count = min(${panel}u, ${d}u - start);`,
    "for (var j = 0u; j < count; j++) {",
    `if (lane < ${width}u) { xTile[j * ${width}u + lane] = xTile[j * ${width}u + lane] / lTile[j * ${panel + 2}u]; }`,
    "workgroupBarrier();",
    `for (var slot = lane; slot < ${panel * width}u; slot += ${lanes}u) {`,
    `let i = slot / ${width}u;`,
    `let c = slot % ${width}u;`,
    `if (i > j) { xTile[slot] = fma(-lTile[i * ${panel + 1}u + j], xTile[j * ${width}u + c], xTile[slot]); }`,
    "}",
    "workgroupBarrier();",
    "}",
    `for (var slot = lane; slot < ${panel * width}u; slot += ${lanes}u) {`,
    `let column = chunk * ${width}u + slot % ${width}u;`,
    `if (slot / ${width}u < count && column < ${columns}u) {`,
    `let row = ${unknown(`(start + slot / ${width}u)`)};`,
    target.store(put, "xTile[slot]"),
    "}",
    "}",
    "storageBarrier();",
    "workgroupBarrier();",
    "}",
  ];
  return [kernel.build(body, sizeOf(batch) * chunks, lanes, true)];
};
