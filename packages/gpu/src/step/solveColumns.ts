import type { TriangularSolveStep } from "@metrigrad/tensor";
import type { Dispatch, Memory } from "../wgsl/kernel.ts";
import { upTo } from "../wgsl/layout.ts";
import { productDispatches } from "./product/product.ts";
import { blockSize, invertedElement, type Triangle, triangleOf } from "./triangle.ts";

const lanes = 256;
/** The number of right-hand sides that a workgroup solves. */
const width = 32;
/** The number of unknowns of a panel. Their solutions and a block of the triangle fit into a workgroup's memory. */
const panel = 64;
/** The number of vectors of four rows in a block, and the distance of its columns, which keeps them in different banks. */
const vectors = blockSize / 4;
const pitch = vectors + 1;

const components = "xyzw";

/**
 * Solves many right-hand sides together: 64 unknowns by workgroups of 32 right-hand sides, and then a product takes
 * their share from all rows below, by as many workgroups as it has tiles.
 */
export function solveColumns(step: TriangularSolveStep, memory: Memory): readonly Dispatch[] {
  const d = step.rhs.shape.at(-2) as number;
  return upTo(Math.ceil(d / panel)).flatMap((turn) => {
    const first = turn * panel;
    const solved = solvePanel(triangleOf(step, memory), first);
    if (first + panel >= d) return [solved];
    return [solved, ...subtract(triangleOf(step, memory), first, step.when !== undefined)];
  });
}

/** Takes the share of the unknowns from `first` on from the rows below them. */
function subtract(system: Triangle, first: number, guarded: boolean): readonly Dispatch[] {
  const { kernel, d, columns, batches, find, element, right, held, store, alongRow } = system;
  const from = kernel.param(first);
  const below = `(row + ${from} + ${panel}u)`;
  const product = {
    step: "triangularSolve",
    ...{ batches, m: d - first - panel, n: columns, k: panel, lower: false },
    a: {
      lines: find,
      load: (row: string, inner: string) =>
        element(`(${row} + ${from} + ${panel}u)`, `(${inner} + ${from})`),
      alongSum: alongRow,
      quad: null,
    },
    b: {
      lines: [],
      load: (column: string, inner: string) => held(`(${inner} + ${from})`, column),
      alongSum: false,
      quad: null,
    },
    // The right-hand sides are where they came from before the first share is taken.
    finish: {
      lines: [store(below, "column", `${(first === 0 ? right : held)(below, "column")} - value`)],
      stores: [],
      quads: false,
    },
  };
  return productDispatches(kernel, product, guarded);
}

/** Solves 64 unknowns whose rows have lost the share of those before. */
function solvePanel(system: Triangle, first: number): Dispatch {
  const { kernel, columns, batches, words, find, right, held, store } = system;
  const chunks = Math.ceil(columns / width);
  const [from, perBatch] = [first, chunks].map((x) => kernel.param(x)) as [string, string];
  kernel.shared("lTile", "vec4<f32>", blockSize * pitch);
  kernel.shared("xTile", "vec4<f32>", (panel / 4) * width);
  const row = (e: number) => `(start + 4u * own + ${e}u)`;
  const body = [
    `let batch = group / ${perBatch};`,
    ...find,
    `let own = lane / ${width}u;`,
    `let c = lane % ${width}u;`,
    `let column = (group % ${perBatch}) * ${width}u + c;`,
    `let blocks = min(${panel / blockSize}u, (${words.d} + ${blockSize - 1}u - ${from}) / ${blockSize}u);`,
    "for (var block = 0u; block < blocks; block++) {",
    `let start = ${from} + block * ${blockSize}u;`,
    "var rest = vec4<f32>(0.0);",
    ...upTo(4).flatMap((e) => [
      `if (${row(e)} < ${words.d} && column < ${words.columns}) {`,
      `rest.${components[e]} = select(${held(row(e), "column")}, ${right(row(e), "column")}, ${from} == 0u);`,
      "}",
    ]),
    "for (var before = 0u; before < block; before++) {",
    ...fetchLines(system, `(${from} + before * ${blockSize}u)`),
    `for (var q = 0u; q < ${vectors}u; q++) {`,
    ...takeLines(`(before * ${vectors}u + q)`),
    "}",
    "workgroupBarrier();",
    "}",
    ...fetchLines(system, "start"),
    `for (var q = 0u; q < ${vectors}u; q++) {`,
    "if (own == q) {",
    ...fourLines(),
    `xTile[(block * ${vectors}u + q) * ${width}u + c] = rest;`,
    "}",
    "workgroupBarrier();",
    "if (own > q) {",
    ...takeLines(`(block * ${vectors}u + q)`),
    "} }",
    ...upTo(4).map(
      (e) =>
        `if (${row(e)} < ${words.d} && column < ${words.columns}) { ${store(row(e), "column", `rest.${components[e]}`)} }`,
    ),
    "workgroupBarrier();",
    "}",
  ];
  return kernel.build(body, batches * chunks, lanes, true);
}

/** Brings a block of the triangle into the workgroup's memory, a vector of four rows by each thread. */
function fetchLines(system: Triangle, columnStart: string): string[] {
  const [q, j] = system.alongRow
    ? [`lane / ${blockSize}u`, `lane % ${blockSize}u`]
    : [`lane % ${vectors}u`, `lane / ${vectors}u`];
  const values = upTo(4).map((e) => invertedElement(system, `(top + ${e}u)`, "at"));
  return [
    "{",
    `let top = start + 4u * (${q});`,
    `let at = ${columnStart} + ${j};`,
    `lTile[(${j}) * ${pitch}u + ${q}] = vec4<f32>(${values.join(", ")});`,
    "}",
    "workgroupBarrier();",
  ];
}

/** Takes the share of four known unknowns from the rows of a thread. */
function takeLines(vector: string): string[] {
  return [
    `let known = xTile[${vector} * ${width}u + c];`,
    ...upTo(4).map(
      (e) =>
        `rest = fma(-lTile[(4u * q + ${e}u) * ${pitch}u + own], vec4<f32>(known.${components[e]}), rest);`,
    ),
  ];
}

/** Solves the four rows of a thread. */
function fourLines(): string[] {
  return upTo(4).flatMap((n) => {
    const name = `rest.${components[n]}`;
    const element = (c: number) => `lTile[(4u * q + ${c}u) * ${pitch}u + q].${components[n]}`;
    return [
      ...upTo(n).map((c) => `${name} = fma(-${element(c)}, rest.${components[c]}, ${name});`),
      `${name} *= ${element(n)};`,
    ];
  });
}
