import { type ScatterAddStep, sizeOf } from "@metrigrad/tensor";
import { Kernel, type Memory } from "../wgsl/kernel.ts";
import { coordinateLines, positionText } from "../wgsl/layout.ts";
import { bitonicSort, sortedScratch } from "./bitonic.ts";
import type { Lower } from "./lower.ts";

const lanes = 64;

/** Begins a kernel with what both ways to add have in common. */
function open({ indices, updates, output, when }: ScatterAddStep, memory: Memory) {
  const kernel = new Kernel(memory);
  const rows = kernel.read(updates);
  const target = kernel.write(output);
  kernel.when(when);
  const [count = 0, ...inner] = output.shape;
  const columns = Math.max(1, sizeOf(inner));
  const rank = indices.shape.length;
  const [byIndex, byColumn] = [updates.strides.slice(0, rank), updates.strides.slice(rank)];
  const along = [...byIndex, ...byColumn.map(() => 0)];
  return {
    ...{ kernel, rows, count },
    size: sizeOf(indices.shape),
    elements: sizeOf(output.shape),
    /** Lines that name the element's row and column, and its sum. */
    begin: [
      `let element = group * ${lanes}u + lane;`,
      `let row = element / ${columns}u;`,
      ...coordinateLines(`(element % ${columns}u)`, inner.length === 0 ? [1] : inner, "c"),
      `let columnAt = ${positionText(byColumn, "c")};`,
      `var sum = ${{ float: "0.0", i32: "0", u32: "0u", bool: "0u" }[target.type]};`,
    ],
    /** Returns the coordinates of a place among the indices. */
    coordinates: (place: string) => coordinateLines(place, rank === 0 ? [1] : indices.shape, "i"),
    /** The position at which the update of the place with those coordinates begins. */
    update: positionText(along, "i"),
    end: target.store(
      `(row * ${(output.strides[0] as number) >>> 0}u + ${positionText(output.strides.slice(1), "c")})`,
      "sum",
    ),
  };
}

/** Returns the clamped index at coordinates, as an unsigned word. */
function clampedText(kernel: Kernel, { indices, output }: ScatterAddStep): string {
  const place = kernel.read(indices).load(`(${positionText(indices.strides, "i")})`);
  return `u32(clamp(${place}, 0, ${(output.shape[0] as number) - 1}))`;
}

/**
 * Uses one workgroup per 64 elements of the output, which may be of one row or of several. It reads the indices 64 at
 * a time, and each thread adds the matching rows.
 */
function comparing(step: ScatterAddStep, memory: Memory) {
  const { kernel, rows, size, elements, begin, coordinates, update, end } = open(step, memory);
  kernel.shared("wantedBy", "u32", lanes);
  kernel.shared("found", "u32", lanes);
  const body = [
    ...begin,
    `for (var first = 0u; first < ${size}u; first += ${lanes}u) {`,
    "let index = first + lane;",
    "wantedBy[lane] = 0xffffffffu;",
    `if (index < ${size}u) {`,
    ...coordinates("index"),
    `wantedBy[lane] = ${clampedText(kernel, step)};`,
    `found[lane] = ${update};`,
    "}",
    "workgroupBarrier();",
    `for (var k = 0u; k < ${lanes}u; k++) {`,
    `if (wantedBy[k] == row) { sum += ${rows.load("(found[k] + columnAt)")}; }`,
    "}",
    "workgroupBarrier();",
    "}",
    `if (element < ${elements}u) { ${end} }`,
  ];
  return [kernel.build(body, Math.ceil(elements / lanes), lanes, true)];
}

/** Sorts the indices first. Then each thread finds those of its row by bisection. */
function bisecting(step: ScatterAddStep, memory: Memory) {
  const { kernel, rows, size, elements, begin, coordinates, update, end } = open(step, memory);
  const list = { lists: 1, length: size };
  const { keys, places } = sortedScratch(kernel, list);
  const body = [
    ...begin,
    `if (element >= ${elements}u) { return; }`,
    "var k = 0u;",
    `var above = ${size}u;`,
    "while (k < above) {",
    "let middle = (k + above) / 2u;",
    `if (${keys.load("middle")} < row) { k = middle + 1u; } else { above = middle; }`,
    "}",
    `while (k < ${size}u && ${keys.load("k")} == row) {`,
    `let place = ${places.load("k")};`,
    ...coordinates("place"),
    `sum += ${rows.load(`(${update} + columnAt)`)};`,
    "k++;",
    "}",
    end,
  ];
  const sorted = bitonicSort({
    ...{ ...list, memory, when: step.when, lines: [], store: null },
    key: (own) => {
      own.define(
        `fn keyAt(place: u32) -> u32 {\n${[...coordinates("place"), `return ${clampedText(own, step)};`].join("\n")}\n}`,
      );
      return "keyAt(place)";
    },
  });
  return [...sorted, kernel.build(body, Math.ceil(elements / lanes), lanes, false)];
}

/** The number of comparisons of elements with indices from which sorting the indices costs less. */
const fewest = 2 ** 22;

/** Lowers a step so that each element adds the matching rows in their order. So sums do not depend on timing. */
export const scatterAdd: Lower<ScatterAddStep> = (step, memory) => {
  const comparisons = sizeOf(step.indices.shape) * sizeOf(step.output.shape);
  return comparisons < fewest ? comparing(step, memory) : bisecting(step, memory);
};
