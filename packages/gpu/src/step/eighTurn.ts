import type { EighStep } from "@metrigrad/tensor";
import type { Dispatch, Memory } from "../wgsl/kernel.ts";
import {
  blockSize,
  type Chunk,
  defineMeets,
  inRound,
  lanes,
  pairSize,
  running,
  type Sizes,
  type Work,
  workOf,
} from "./eighWork.ts";

/** The distance of rows in a workgroup's memory, which keeps columns in different banks. */
const pitch = pairSize + 1;
const at = (row: string, column: string) => `[${row} * ${pitch}u + ${column}]`;
const a = (row: string, column: string) => `aTile${at(row, column)}`;
const turns = (row: string, column: string) => `turnTile${at(row, column)}`;

/**
 * Returns the dispatches that turn the axes of pairs of blocks, by their rounds: every axis of one block with every one
 * of the other, and in the first round of a sweep also the axes of one block. The rotations go to scratch.
 */
export function turnPairs(
  step: EighStep,
  memory: Memory,
  sizes: Sizes,
  chunk: Chunk,
): (round: number) => Dispatch {
  const wordsOf = (round: number) => {
    const inSweep = round % sizes.rounds;
    return [round, inSweep, inSweep === 0 ? pairSize - 1 : blockSize];
  };
  const work = workOf(step, memory, sizes, chunk, wordsOf(0));
  const { kernel, pairs } = work;
  const [now, inSweep, inner] = work.ofRound as [string, string, string];
  define(work);
  kernel.shared("aTile", "f32", pairSize * pitch);
  kernel.shared("turnTile", "f32", pairSize * pitch);
  for (const name of ["sines", "taus", "shifts"]) kernel.shared(name, "f32", blockSize);
  kernel.shared("phase", "u32");
  kernel.shared("found", "atomic<u32>");
  const body = [
    `let matrix = group / ${pairs};`,
    `let pair = group % ${pairs};`,
    work.begin,
    `if (lane == 0u) { phase = select(0u, 1u, ${work.load(work.state)} == ${running}.0); }`,
    "if (workgroupUniformLoad(&phase) == 0u) { return; }",
    `let blocks = meets(${inSweep}, pair);`,
    ...fetchLines(work, inner),
    "if (lane == 0u) { phase = atomicLoad(&found); }",
    "if (workgroupUniformLoad(&phase) == 0u) { return; }",
    `for (var inner = 0u; inner < ${inner}; inner++) {`,
    ...rotationLines(inner),
    "workgroupBarrier();",
    ...turnMatrixLines(inner),
    ...turnVectorsLines(inner),
    "workgroupBarrier();",
    "}",
    ...storeLines(work),
    `if (lane == 0u) { ${work.store(work.restFrom("pair"), `f32(${now} + ${work.rounds} + 1u)`)} }`,
  ];
  const first = kernel.build(body, chunk.count * sizes.pairs, lanes, true);
  return (round) => inRound(first, wordsOf(round));
}

/** Defines `isOpen(x, y, z)`: whether z is large beside the elements x and y on the diagonal; and pairs of axes. */
function define(work: Work): void {
  defineMeets(work);
  const last = pairSize - 1;
  work.kernel.define(
    [
      "fn isOpen(x: f32, y: f32, z: f32) -> bool {",
      "let large = max(abs(x), abs(y));",
      "let size = large * sqrt(min(abs(x), abs(y)) / max(large, 1.2e-38));",
      "let tiny = 1.2e-7 * select(large, size, size > 0.0);",
      "return abs(z) > max(tiny, 1.2e-38);",
      "}",
      "fn turnedAxes(inner: u32, rounds: u32, k: u32) -> vec2<u32> {",
      `if (rounds == ${blockSize}u) { return vec2<u32>(k, ${blockSize}u + (k + inner) % ${blockSize}u); }`,
      `let x = select((inner + k) % ${last}u, ${last}u, k == 0u);`,
      `let y = (inner + ${last}u - k) % ${last}u;`,
      "return vec2<u32>(min(x, y), max(x, y));",
      "}",
    ].join("\n"),
  );
}

/** Brings the pair's matrix into the workgroup's memory, and finds whether something is to be turned. */
function fetchLines({ load, copy }: Work, inner: string): string[] {
  const each = (lines: readonly string[]) => [
    `for (var slot = lane; slot < ${pairSize ** 2}u; slot += ${lanes}u) {`,
    `let i = slot / ${pairSize}u;`,
    `let j = slot % ${pairSize}u;`,
    ...lines,
    "}",
    "workgroupBarrier();",
  ];
  return [
    ...each([
      `${a("i", "j")} = ${load(copy("axisOf(blocks, i)", "axisOf(blocks, j)"))};`,
      `${turns("i", "j")} = 0.0;`,
    ]),
    ...each([
      // Most rounds turn the axes of one block against those of the other only.
      `let turned = ${inner} != ${blockSize}u || (i < ${blockSize}u && j >= ${blockSize}u);`,
      `if (turned && i < j && isOpen(${a("i", "i")}, ${a("j", "j")}, ${a("i", "j")})) { atomicStore(&found, 1u); }`,
    ]),
  ];
}

/** Finds the rotations of 16 pairs of axes that share none. */
function rotationLines(inner: string): string[] {
  return [
    `if (lane < ${blockSize}u) {`,
    `let pq = turnedAxes(inner, ${inner}, lane);`,
    `let x = ${a("pq.x", "pq.x")};`,
    `let y = ${a("pq.y", "pq.y")};`,
    `let z = ${a("pq.x", "pq.y")};`,
    "var s = 0.0;",
    "var tau = 0.0;",
    "var shift = 0.0;",
    "if (isOpen(x, y, z)) {",
    "let theta = (y - x) / (2.0 * z);",
    "let t = select(1.0, -1.0, theta < 0.0) / (abs(theta) + sqrt(fma(theta, theta, 1.0)));",
    "let c = 1.0 / sqrt(fma(t, t, 1.0));",
    "s = t * c;",
    "tau = s / (1.0 + c);",
    "shift = t * z;",
    "}",
    "sines[lane] = s;",
    "taus[lane] = tau;",
    "shifts[lane] = shift;",
    "}",
  ];
}

/**
 * Turns the matrix from both sides. A thread has the four elements of two pairs of axes, and their mirror images, so
 * that the matrix stays symmetric. c u − s v is u − s (v + τu) with τ = s/(1 + c), which loses less if s is small.
 */
function turnMatrixLines(inner: string): string[] {
  const rotate = (u: string, v: string, s: string, tau: string) => [
    `{ let u = ${u}; let v = ${v};`,
    `${u} = fma(-${s}, fma(${tau}, u, v), u);`,
    `${v} = fma(${s}, fma(-${tau}, v, u), v); }`,
  ];
  const elements = ["x", "y"].flatMap((i) =>
    ["x", "y"].map((j) => ({ name: `e${i}${j}`, row: `rows.${i}`, column: `columns.${j}` })),
  );
  return [
    "{",
    `let first = lane / ${blockSize}u;`,
    `let second = lane % ${blockSize}u;`,
    "let s = sines[first];",
    "let r = sines[second];",
    `let rows = turnedAxes(inner, ${inner}, first);`,
    `let columns = turnedAxes(inner, ${inner}, second);`,
    "if (first == second && s != 0.0) {",
    `${a("rows.x", "rows.x")} -= shifts[first];`,
    `${a("rows.y", "rows.y")} += shifts[first];`,
    `${a("rows.x", "rows.y")} = 0.0;`,
    `${a("rows.y", "rows.x")} = 0.0;`,
    "}",
    "if (first < second && (s != 0.0 || r != 0.0)) {",
    "let tau = taus[first];",
    "let rho = taus[second];",
    ...elements.map(({ name, row, column }) => `var ${name} = ${a(row, column)};`),
    ...rotate("exx", "eyx", "s", "tau"),
    ...rotate("exy", "eyy", "s", "tau"),
    ...rotate("exx", "exy", "r", "rho"),
    ...rotate("eyx", "eyy", "r", "rho"),
    ...elements.flatMap(({ name, row, column }) => [
      `${a(row, column)} = ${name};`,
      `${a(column, row)} = ${name};`,
    ]),
    "}",
    "}",
  ];
}

/** Turns the rows of the rotation that is gathered. The identity is not in memory, so that small turns keep their digits. */
function turnVectorsLines(inner: string): string[] {
  return [
    `for (var slot = lane; slot < ${pairSize * blockSize}u; slot += ${lanes}u) {`,
    `let own = slot / ${pairSize}u;`,
    `let k = slot % ${pairSize}u;`,
    "let s = sines[own];",
    "if (s != 0.0) {",
    "let tau = taus[own];",
    `let pq = turnedAxes(inner, ${inner}, own);`,
    `let x = ${turns("pq.x", "k")};`,
    `let y = ${turns("pq.y", "k")};`,
    "let u = x + select(0.0, 1.0, k == pq.x);",
    "let v = y + select(0.0, 1.0, k == pq.y);",
    `${turns("pq.x", "k")} = fma(-s, fma(tau, u, v), x);`,
    `${turns("pq.y", "k")} = fma(s, fma(-tau, v, u), y);`,
    "} }",
  ];
}

/** Stores the pair's matrix, and the rotation with its columns as rows. */
function storeLines({ store, copy, turn }: Work): string[] {
  return [
    `for (var slot = lane; slot < ${pairSize ** 2}u; slot += ${lanes}u) {`,
    `let i = slot / ${pairSize}u;`,
    `let j = slot % ${pairSize}u;`,
    store(copy("axisOf(blocks, i)", "axisOf(blocks, j)"), a("i", "j")),
    store(turn("pair", "i", "j"), turns("j", "i")),
    "}",
  ];
}
