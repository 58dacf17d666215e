import type { Kernel } from "../wgsl/kernel.ts";
import { upTo } from "../wgsl/layout.ts";

/** The number of threads of a workgroup. */
export const lanes = 256;
/** The number of columns that are factorised together. */
export const panel = 32;
/** The number of known columns that are fetched at a time. */
const depth = 16;
/** The number of rows below the block that a workgroup takes. */
export const bandRows = 128;
const rows = bandRows;

/** Returns how many bands of rows lie below the block at `start`; at least 1, which computes the block itself. */
export function bands(d: number, start: number): number {
  return Math.max(1, Math.ceil((d - Math.min(d, start + panel)) / rows));
}

/** The matrix and its factor, as text. It sees `first`, the first column whose share is not yet taken. */
interface Access {
  /** The number of axes. */
  readonly d: string;
  /** What is left of the matrix below a block of the diagonal, and in it. */
  readonly rest: (row: string, column: string) => string;
  readonly restOfBlock: (row: string, column: string) => string;
  readonly known: (row: string, column: string) => string;
  readonly store: (row: string, column: string, value: string) => string;
}

/**
 * Defines `factorColumn(batch, aFrom, to, first, start, band, lambda, lane) -> bool`.
 *
 * It computes columns `start` to `start` + 32 of a + λI minus the share of the columns before, for 128 rows below the
 * diagonal block. What is left of a has lost the share of the columns before `first` already. Every band factorises the
 * block, and the first one stores it. The function is false if a pivot is not positive and finite.
 */
export function columnFunction(
  kernel: Kernel,
  { d, rest, restOfBlock, known, store }: Access,
): void {
  kernel.shared("state", "u32");
  kernel.shared("below", "f32", rows * (depth + 1));
  kernel.shared("beside", "f32", panel * (depth + 1));
  kernel.shared("block", "f32", panel * (panel + 1));
  const inside = (text: string, ...conditions: string[]) =>
    `if (${conditions.join(" && ")}) { ${text} }`;
  const fetch = (name: string, count: number, first: string) => [
    `for (var slot = lane; slot < ${count * depth}u; slot += ${lanes}u) {`,
    `let i = slot / ${depth}u;`,
    `let j = slot % ${depth}u;`,
    "var value = 0.0;",
    inside(`value = ${known(`(${first} + i)`, "(before + j)")};`, `${first} + i < ${d}`),
    `${name}[i * ${depth + 1}u + j] = value;`,
    "}",
  ];
  // A thread has rows t, t + 32, t + 64, t + 96 of the band, t = lane / 8, and columns u, u + 8, …
  const mine = upTo(4).flatMap((r) => upTo(4).map((c) => ({ r, c, name: `s${r}${c}` })));
  const lines = [
    "fn factorColumn(batch: u32, aFrom: u32, to: u32, first: u32, start: u32, band: u32, lambda: f32, lane: u32) -> bool {",
    `let top = start + ${panel}u + band * ${rows}u;`,
    "let t = lane / 8u;",
    "let u = lane % 8u;",
    ...mine.map(({ name }) => `var ${name} = 0.0;`),
    ...upTo(4).map((c) => `var d${c} = 0.0;`),
    `for (var before = first; before < start; before += ${depth}u) {`,
    ...fetch("below", rows, "top"),
    ...fetch("beside", panel, "start"),
    "workgroupBarrier();",
    `for (var j = 0u; j < ${depth}u; j++) {`,
    ...upTo(4).map((c) => `let y${c} = beside[(u + ${8 * c}u) * ${depth + 1}u + j];`),
    ...upTo(4).map((r) => `let x${r} = below[(t + ${32 * r}u) * ${depth + 1}u + j];`),
    `let own = beside[t * ${depth + 1}u + j];`,
    ...mine.map(({ r, c, name }) => `${name} = fma(x${r}, y${c}, ${name});`),
    ...upTo(4).map((c) => `d${c} = fma(own, y${c}, d${c});`),
    "}",
    "workgroupBarrier();",
    "}",
    // The block on the diagonal. Behind the end of the matrix the identity goes on.
    ...upTo(4).flatMap((c) => [
      "{",
      `let i = t;`,
      `let j = u + ${8 * c}u;`,
      "var value = select(0.0, 1.0, i == j);",
      inside(
        `value = ${restOfBlock("(start + i)", "(start + j)")} + select(0.0, lambda, i == j) - d${c};`,
        `start + i < ${d}`,
        "j <= i",
      ),
      `block[i * ${panel + 1}u + j] = value;`,
      "}",
    ]),
    "if (lane == 0u) { state = 0u; }",
    "workgroupBarrier();",
    `for (var j = 0u; j < ${panel}u; j++) {`,
    "if (lane == 0u) {",
    `let pivot = block[j * ${panel + 2}u];`,
    "if (!(pivot > 0.0) || !finite(pivot)) { state = 1u; }",
    `block[j * ${panel + 2}u] = sqrt(pivot);`,
    "}",
    "workgroupBarrier();",
    `if (lane > j && lane < ${panel}u) { block[lane * ${panel + 1}u + j] = block[lane * ${panel + 1}u + j] / block[j * ${panel + 2}u]; }`,
    "workgroupBarrier();",
    ...upTo(4).map((c) => {
      const k = `(u + ${8 * c}u)`;
      const at = (i: string, j: string) => `block[${i} * ${panel + 1}u + ${j}]`;
      return inside(
        `${at("t", k)} = fma(-${at("t", "j")}, ${at(k, "j")}, ${at("t", k)});`,
        `${k} > j`,
        `${k} <= t`,
      );
    }),
    "workgroupBarrier();",
    "}",
    "if (workgroupUniformLoad(&state) != 0u) { return false; }",
    "if (band == 0u) {",
    ...upTo(4).map((c) =>
      inside(
        store("(start + t)", `(start + u + ${8 * c}u)`, `block[t * ${panel + 1}u + u + ${8 * c}u]`),
        `start + t < ${d}`,
        `u + ${8 * c}u <= t`,
      ),
    ),
    "}",
    // The rows below, each solved by one thread. They pass through memory to get there.
    ...mine.map(({ r, c, name }) => {
      const [row, at] = [`(top + t + ${32 * r}u)`, `(start + u + ${8 * c}u)`];
      return inside(store(row, at, `${rest(row, at)} - ${name}`), `${row} < ${d}`);
    }),
    "storageBarrier();",
    "workgroupBarrier();",
    `let row = top + lane;`,
    `if (lane < ${rows}u && row < ${d}) {`,
    `var x: array<f32, ${panel}>;`,
    `for (var j = 0u; j < ${panel}u; j++) { x[j] = ${known("row", "(start + j)")}; }`,
    `for (var j = 0u; j < ${panel}u; j++) {`,
    `x[j] = x[j] / block[j * ${panel + 2}u];`,
    `for (var k = j + 1u; k < ${panel}u; k++) { x[k] = fma(-block[k * ${panel + 1}u + j], x[j], x[k]); }`,
    "}",
    `for (var j = 0u; j < ${panel}u; j++) { ${store("row", "(start + j)", "x[j]")} }`,
    "}",
    "return true;",
    "}",
  ];
  kernel.define(lines.join("\n"));
}
