import type { TriangularSolveStep } from "@metrigrad/tensor";
import type { Dispatch, Memory } from "../wgsl/kernel.ts";
import { upTo } from "../wgsl/layout.ts";
import { blockSize, invertedElement, type Triangle, triangleOf } from "./triangle.ts";

const lanes = 256;
/** The number of threads that share the products of a row. */
const shares = lanes / blockSize;
/** The number of products for which a thread loads the elements before it adds. Each wait for memory serves all of them. */
const ahead = 16;
/**
 * The largest system that a workgroup solves alone. A panel of 128 unknowns more costs a dispatch. Reading a larger
 * triangle takes one workgroup longer than that.
 */
const mostAlone = 1024;
/** The number of unknowns of a panel. */
const panel = 128;

/**
 * Solves every right-hand side by workgroups of its own.
 *
 * Up to 1024 unknowns one workgroup solves them, 32 at a time, with the known ones in its memory. Larger systems have a
 * dispatch for each 128 unknowns. Its first workgroup solves them. The others subtract the products with the 128
 * unknowns of the dispatch before from the rows below.
 */
export function solveColumn(step: TriangularSolveStep, memory: Memory): readonly Dispatch[] {
  const d = step.rhs.shape.at(-2) as number;
  const size = d <= mostAlone ? Math.ceil(d / blockSize) * blockSize : panel;
  return upTo(Math.ceil(d / size)).map((turn) => {
    const system = triangleOf(step, memory);
    return turnOf(system, size, turn);
  });
}

function turnOf(system: Triangle, size: number, turn: number): Dispatch {
  const { kernel, d, columns, batches, words, find, held, store } = system;
  const [first, before] = [turn * size, Math.max(0, turn - 1) * size];
  const below = turn === 0 ? 0 : Math.max(0, Math.ceil((d - first - size) / blockSize));
  const [from, known, fresh] = [first, before, turn < 2 ? 1 : 0].map((x) => kernel.param(x));
  const [units, rows] = [1 + below, size].map((x) => kernel.param(x));
  kernel.shared("xTile", "f32", d <= mostAlone ? mostAlone : 2 * size);
  kernel.shared("lTile", "f32", blockSize * (blockSize + 1));
  kernel.shared("sums", "f32", shares * (blockSize + 1));
  kernel.shared("rests", "f32", blockSize);
  const own = `(lane < ${blockSize}u && start + lane < ${words.d})`;
  const body = [
    `let block = group % ${units};`,
    `let column = (group / ${units}) % ${words.columns};`,
    `let batch = (group / ${units}) / ${words.columns};`,
    ...find,
    ...(system.alongRow
      ? [`let i = lane / ${shares}u;`, `let share = lane % ${shares}u;`]
      : [`let i = lane % ${blockSize}u;`, `let share = lane / ${blockSize}u;`]),
    `for (var slot = lane; slot < ${from} - ${known}; slot += ${lanes}u) { xTile[slot] = ${held(`(${known} + slot)`, "column")}; }`,
    "workgroupBarrier();",
    "let solves = block == 0u;",
    `let begin = select(${from} + ${rows} + (block - 1u) * ${blockSize}u, ${from}, solves);`,
    `let end = select(begin + 1u, min(${from} + ${rows}, ${words.d}), solves);`,
    `for (var start = begin; start < end; start += ${blockSize}u) {`,
    `let terms = select(${from}, start, solves) - ${known};`,
    "var rest = 0.0;",
    `if (${own}) {`,
    `if (${fresh} == 1u) { rest = ${system.right("(start + lane)", "column")}; }`,
    `else { rest = ${held("(start + lane)", "column")}; }`,
    "}",
    ...fetchLines(system),
    ...sumLines(system, known),
    "workgroupBarrier();",
    `if (lane < ${blockSize}u) {`,
    ...upTo(shares).map((s) => `rest -= sums[${s * (blockSize + 1)}u + lane];`),
    "rests[lane] = rest;",
    "}",
    "workgroupBarrier();",
    "if (solves) {",
    ...solveLines(),
    `if (lane < ${blockSize}u) { xTile[start - ${known} + lane] = rest; }`,
    "}",
    `if (${own}) { ${store("(start + lane)", "column", "rest")} }`,
    "workgroupBarrier();",
    "}",
  ];
  return kernel.build(body, batches * columns * (1 + below), lanes, true);
}

/** Brings the block on the diagonal into the workgroup's memory, in the order of memory. */
function fetchLines(system: Triangle): string[] {
  const [row, column] = system.alongRow
    ? [`slot / ${blockSize}u`, `slot % ${blockSize}u`]
    : [`slot % ${blockSize}u`, `slot / ${blockSize}u`];
  return [
    "if (solves) {",
    `for (var slot = lane; slot < ${blockSize * blockSize}u; slot += ${lanes}u) {`,
    `let r = ${row};`,
    `let c = ${column};`,
    `lTile[r * ${blockSize + 1}u + c] = ${invertedElement(system, "(start + r)", "(start + c)")};`,
    "} }",
  ];
}

/** Adds the products of row `i` with the known unknowns, shared among threads. */
function sumLines({ words, element }: Triangle, known: string | undefined): string[] {
  const at = (n: number) => `min(j + ${n * shares}u, terms - 1u)`;
  return [
    "var sum = 0.0;",
    `let row = min(start + i, ${words.d} - 1u);`,
    `for (var j = share; j < terms; j += ${ahead * shares}u) {`,
    ...upTo(ahead).map((n) => `let l${n} = ${element("row", `(${known} + ${at(n)})`)};`),
    ...upTo(ahead).map(
      (n) => `sum = select(sum, fma(l${n}, xTile[${at(n)}], sum), j + ${n * shares}u < terms);`,
    ),
    "}",
    `sums[share * ${blockSize + 1}u + i] = sum;`,
  ];
}

/** Solves the block, four unknowns at a time. Each of 32 threads finds all four, and takes them from its own rest. */
function solveLines(): string[] {
  const element = (row: string, c: number) => `lTile[${row} * ${blockSize + 1}u + at + ${c}u]`;
  return [
    `for (var at = 0u; at < ${blockSize}u; at += 4u) {`,
    `if (lane < ${blockSize}u) {`,
    ...upTo(4).flatMap((n) => [
      `var y${n} = rests[at + ${n}u];`,
      ...upTo(n).map((c) => `y${n} = fma(-${element(`(at + ${n}u)`, c)}, y${c}, y${n});`),
      `y${n} *= ${element(`(at + ${n}u)`, n)};`,
    ]),
    "if (lane >= at + 4u) {",
    ...upTo(4).map((c) => `rest = fma(-${element("lane", c)}, y${c}, rest);`),
    "rests[lane] = rest;",
    "} else if (lane >= at) {",
    "var four = vec4<f32>(y0, y1, y2, y3);",
    "rest = four[lane - at];",
    "}",
    "}",
    "workgroupBarrier();",
    "}",
  ];
}
