import { literal, type ScatterAddStep, scalarTypeOf, sizeOf } from "@metrigrad/tensor";
import { type Dispatch, Kernel, type Memory } from "../wgsl/kernel.ts";
import { coordinateLines, positionText } from "../wgsl/layout.ts";
import { bitonicSort, mostSorted, sortedScratch } from "./bitonic.ts";
import type { Lower } from "./lower.ts";
import { map } from "./map.ts";

/** The number of comparisons of elements with indices from which sorting the indices costs less. */
const fewest = 2 ** 22;
/**
 * The number of updates that a thread adds one after the other in one dispatch, as it does if all are of one row. A dispatch that takes
 * seconds would be stopped.
 */
const mostInOne = 2 ** 17;

/** Begins a kernel with what both ways to add have in common. */
function open({ indices, updates, output, when }: ScatterAddStep, memory: Memory) {
  const kernel = new Kernel(memory);
  const rows = kernel.read(updates);
  const target = kernel.write(output);
  kernel.when(when);
  const inner = output.shape.slice(1);
  const columns = Math.max(1, sizeOf(inner));
  const rank = indices.shape.length;
  const [byIndex, byColumn] = [updates.strides.slice(0, rank), updates.strides.slice(rank)];
  const update = positionText([...byIndex, ...byColumn.map(() => 0)], "i");
  const [byRow = 0, ...withinRow] = output.strides;
  return {
    ...{ kernel, target, columns },
    /** Lines that name the coordinates of a column, and its place in an update. */
    columnLines: (column: string) => [
      ...coordinateLines(column, inner.length === 0 ? [1] : inner, "c"),
      `let columnAt = ${positionText(byColumn, "c")};`,
    ],
    /** The position at which the update of the place with those coordinates begins. */
    update,
    /** Returns the element of an update that begins at a position. */
    updateAt: (begin: string) => rows.load(`(${begin} + columnAt)`),
    /** The position of the element of the row and the column. */
    position: `(row * ${byRow >>> 0}u + ${positionText(withinRow, "c")})`,
  };
}

/** Returns lines that name the coordinates of a place among the indices. */
function placeLines({ indices }: ScatterAddStep, place: string): readonly string[] {
  return coordinateLines(place, indices.shape.length === 0 ? [1] : indices.shape, "i");
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
function comparing(step: ScatterAddStep, memory: Memory): readonly Dispatch[] {
  const lanes = 64;
  const { kernel, target, columns, columnLines, update, updateAt, position } = open(step, memory);
  const [size, elements] = [sizeOf(step.indices.shape), sizeOf(step.output.shape)];
  kernel.shared("wantedBy", "u32", lanes);
  kernel.shared("found", "u32", lanes);
  const body = [
    `let element = group * ${lanes}u + lane;`,
    `let row = element / ${columns}u;`,
    ...columnLines(`(element % ${columns}u)`),
    `var sum = ${{ float: "0.0", i32: "0", u32: "0u", bool: "0u" }[target.type]};`,
    `for (var first = 0u; first < ${size}u; first += ${lanes}u) {`,
    "let index = first + lane;",
    "wantedBy[lane] = 0xffffffffu;",
    `if (index < ${size}u) {`,
    ...placeLines(step, "index"),
    `wantedBy[lane] = ${clampedText(kernel, step)};`,
    `found[lane] = ${update};`,
    "}",
    "workgroupBarrier();",
    `for (var k = 0u; k < ${lanes}u; k++) {`,
    `if (wantedBy[k] == row) { sum += ${updateAt("found[k]")}; }`,
    "}",
    "workgroupBarrier();",
    "}",
    `if (element < ${elements}u) { ${target.store(position, "sum")} }`,
  ];
  return [kernel.build(body, Math.ceil(elements / lanes), lanes, true)];
}

/** A stretch of the indices that are sorted together. */
interface Stretch {
  readonly first: number;
  readonly count: number;
}

/** Cuts the indices into stretches whose sort fits into scratch, and whose updates a thread's number can count. */
function stretchesOf({ indices, output }: ScatterAddStep, { scratchBytes }: Memory): Stretch[] {
  const size = sizeOf(indices.shape);
  const columns = Math.max(1, sizeOf(output.shape.slice(1)));
  const room = Math.min(mostSorted(scratchBytes), Math.floor(2 ** 31 / columns));
  const most = Math.max(1, room);
  return Array.from({ length: Math.ceil(size / most) }, (_, at) => {
    return { first: at * most, count: Math.min(most, size - at * most) };
  });
}

/**
 * Clears the output, and sorts the indices. Then one thread per element of the updates looks whether its place is the first
 * of its row among the sorted ones, and adds all updates of the row to the output if it is.
 *
 * So the time grows with the elements of the output plus those of the updates.
 */
function sorting(step: ScatterAddStep, memory: Memory): readonly Dispatch[] {
  const { output, label, when } = step;
  const shape = output.shape;
  const zero = literal(0, scalarTypeOf(memory.dtype(output.buffer)));
  const cleared = { shape, inputs: [], exprs: [zero], outputs: [output] };
  return [
    ...map({ kind: "map", label, ...(when && { when }), ...cleared }, memory),
    ...stretchesOf(step, memory).flatMap((stretch) => [
      ...sortedIndices(step, memory, stretch),
      ...Array.from({ length: Math.ceil(stretch.count / mostInOne) }, (_, at) =>
        addSorted(step, memory, stretch, mostInOne * at),
      ),
    ]),
  ];
}

/** Sorts a stretch of the indices into scratch. */
function sortedIndices(
  step: ScatterAddStep,
  memory: Memory,
  { first, count }: Stretch,
): readonly Dispatch[] {
  return bitonicSort({
    ...{ memory, when: step.when, lists: 1, length: count, lines: () => [], store: null },
    key: (kernel) => {
      const lines = placeLines(step, `(place + ${kernel.param(first)})`);
      const key = clampedText(kernel, step);
      kernel.define(`fn keyAt(place: u32) -> u32 {\n${[...lines, `return ${key};`].join("\n")}\n}`);
      return "keyAt(place)";
    },
  });
}

/** Adds the updates of a stretch whose indices are sorted: those at so many sorted places from `begin` on. */
function addSorted(
  step: ScatterAddStep,
  memory: Memory,
  { first, count }: Stretch,
  begin: number,
): Dispatch {
  const lanes = 256;
  const { kernel, target, columns, columnLines, update, updateAt, position } = open(step, memory);
  const { keys, places } = sortedScratch(kernel, { lists: 1, length: count });
  const here = Math.min(mostInOne, count - begin);
  const [from, end] = [begin, begin + here].map((x) => kernel.param(x));
  const body = [
    `let element = group * ${lanes}u + lane;`,
    `if (element >= ${here * columns}u) { return; }`,
    `var k = ${from} + element / ${columns}u;`,
    `let row = ${keys.load("k")};`,
    `if (k > ${from} && ${keys.load("(k - 1u)")} == row) { return; }`,
    ...columnLines(`(element % ${columns}u)`),
    `var sum = ${target.load(position)};`,
    `while (k < ${end} && ${keys.load("k")} == row) {`,
    ...placeLines(step, `(${places.load("k")} + ${kernel.param(first)})`),
    `sum += ${updateAt(update)};`,
    "k++;",
    "}",
    target.store(position, "sum"),
  ];
  return kernel.build(body, Math.ceil((here * columns) / lanes), lanes, false);
}

/** Lowers a step so that each element adds the matching rows in their order. So sums do not depend on timing. */
export const scatterAdd: Lower<ScatterAddStep> = (step, memory) => {
  const size = sizeOf(step.indices.shape);
  const isShort = size <= mostInOne && size * sizeOf(step.output.shape) < fewest;
  return isShort ? comparing(step, memory) : sorting(step, memory);
};
