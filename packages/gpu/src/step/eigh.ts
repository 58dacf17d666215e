import { type EighStep, sizeOf } from "@metrigrad/tensor";
import { type Dispatch, Kernel, type Memory, type Operand } from "../wgsl/kernel.ts";
import { coordinateLines, positionText, scaled } from "../wgsl/layout.ts";
import { eighBlocks } from "./eighBlocks.ts";
import { type Chunk, sizesOf } from "./eighWork.ts";
import type { Lower } from "./lower.ts";

const lanes = 256;
/** The number of sweeps over all pairs. float32 is at rest after about ten, and the other sweeps end at once. */
const sweeps = 16;

/**
 * The largest matrix that a workgroup has to itself. It needs d − 1 rounds in a row for a sweep; blocks of 16 axes need two
 * dispatches for each d/16, and have more workgroups.
 */
const mostAlone = 64;

/**
 * Lowers a decomposition to Jacobi rotations of disjoint pairs (Brent and Luk 1985), on a copy of the matrix. Up to 64
 * axes there is one workgroup per matrix and one dispatch per sweep; larger matrices are cut into blocks.
 */
export const eigh: Lower<EighStep> = (step, memory) => {
  const d = step.a.shape.at(-1) as number;
  const all = sizeOf(step.a.shape.slice(0, -2));
  if (all * d === 0) return [];
  const words = d > mostAlone ? sizesOf(d).words : wordsOf(d);
  const most = Math.max(1, Math.floor((memory.scratchBytes - 64) / (4 * words)));
  const chunks: Chunk[] = [];
  for (let first = 0; first < all; first += most) {
    chunks.push({ first, count: Math.min(most, all - first) });
  }
  if (d > mostAlone) return chunks.flatMap((chunk) => eighBlocks(step, memory, chunk));
  return chunks.flatMap((chunk) => [
    begin(step, memory, d, chunk),
    ...Array.from({ length: d > 1 ? sweeps : 0 }, () => sweep(step, memory, d, chunk)),
    end(step, memory, d, chunk),
  ]);
};

/** Returns the words for the copy, the vectors by rows, two numbers for each pair of a round, and the state. */
function wordsOf(d: number): number {
  return 2 * d * d + 2 * Math.ceil(d / 2) + 1;
}

/** The states of a matrix. */
const [running, atRest, notFinite] = [0, 1, 2];

/** Returns the scratch of the chunk, with `own` as the first word of this workgroup's matrix. */
function workOf(kernel: Kernel, d: number, { count }: Chunk) {
  const work = kernel.scratch("f32", count * wordsOf(d), 0);
  const at = (matrix: number, row: string, column: string) =>
    `(own + ${matrix * d * d}u + ${scaled(`(${row})`, d)} + ${column})`;
  return {
    work,
    own: `let own = group * ${wordsOf(d)}u;`,
    copy: (row: string, column: string) => at(0, row, column),
    vector: (row: string, column: string) => at(1, row, column),
    turn: (pair: string, which: 0 | 1) => `(own + ${2 * d * d + which}u + 2u * ${pair})`,
    state: `(own + ${wordsOf(d) - 1}u)`,
  };
}

function findLines(step: EighStep, kernel: Kernel, { first }: Chunk): string[] {
  const batch = step.a.shape.slice(0, -2);
  return [
    ...coordinateLines(`(group + ${kernel.param(first)})`, batch, "m"),
    `let source = ${positionText(step.a.strides.slice(0, -2), "m")};`,
  ];
}

/** Writes whole matrices from their lower triangles, unit vectors, and whether all elements are finite. */
function begin(step: EighStep, memory: Memory, d: number, chunk: Chunk): Dispatch {
  const kernel = new Kernel(memory);
  const a = kernel.read(step.a);
  const { work, own, copy, vector, state } = workOf(kernel, d, chunk);
  kernel.when(step.when);
  const [byRow = 0, byColumn = 0] = step.a.strides.slice(-2);
  kernel.shared("odd", "atomic<u32>");
  const body = [
    own,
    ...findLines(step, kernel, chunk),
    `for (var slot = lane; slot < ${d * d}u; slot += ${lanes}u) {`,
    `let i = slot / ${d}u;`,
    `let j = slot % ${d}u;`,
    `let x = ${a.load(`(source + ${scaled("max(i, j)", byRow)} + ${scaled("min(i, j)", byColumn)})`)};`,
    "if (!finite(x)) { atomicStore(&odd, 1u); }",
    work.store(copy("i", "j"), "x"),
    work.store(vector("i", "j"), "select(0.0, 1.0, i == j)"),
    "}",
    "workgroupBarrier();",
    `if (lane == 0u) { ${work.store(state, `select(${running}.0, ${notFinite}.0, atomicLoad(&odd) != 0u)`)} }`,
  ];
  return kernel.build(body, chunk.count, lanes, true);
}

/** Rotates every pair once, in rounds of pairs that share no axis (a round-robin tournament). */
function sweep(step: EighStep, memory: Memory, d: number, chunk: Chunk): Dispatch {
  const kernel = new Kernel(memory);
  const { work, own, copy, vector, turn, state } = workOf(kernel, d, chunk);
  kernel.when(step.when);
  kernel.shared("phase", "u32");
  kernel.shared("turned", "atomic<u32>");
  const players = d + (d % 2);
  const pairs = players / 2;
  kernel.define(
    [
      "fn pairOf(round: u32, k: u32) -> vec2<u32> {",
      `let x = select((round + k) % ${players - 1}u, ${players - 1}u, k == 0u);`,
      `let y = (round + ${players - 1}u - k) % ${players - 1}u;`,
      "return vec2<u32>(min(x, y), max(x, y));",
      "}",
    ].join("\n"),
  );
  const load = (at: string) => work.load(at);
  // c u − s v = u − s (v + τu) with τ = s/(1 + c). This form loses less if s is small.
  const rotate = (first: string, second: string) => [
    `{ let u = ${load(first)};`,
    `let v = ${load(second)};`,
    work.store(first, "fma(-s, fma(tau, u, v), u)"),
    `${work.store(second, "fma(s, fma(-tau, v, u), v)")} }`,
  ];
  const each = (lines: readonly string[]) => [
    `for (var slot = lane; slot < ${pairs * d}u; slot += ${lanes}u) {`,
    `let pair = slot / ${d}u;`,
    `let k = slot % ${d}u;`,
    `let s = ${load(turn("pair", 1))};`,
    "if (s != 0.0) {",
    `let tau = ${load(turn("pair", 0))};`,
    "let pq = pairOf(round, pair);",
    ...lines,
    "} }",
    "storageBarrier();",
    "workgroupBarrier();",
  ];
  const body = [
    own,
    `if (lane == 0u) { phase = u32(${load(state)}); }`,
    `if (workgroupUniformLoad(&phase) != ${running}u) { return; }`,
    `for (var round = 0u; round < ${players - 1}u; round++) {`,
    `for (var pair = lane; pair < ${pairs}u; pair += ${lanes}u) {`,
    "let pq = pairOf(round, pair);",
    "var tau = 0.0;",
    "var s = 0.0;",
    `if (pq.y < ${d}u) {`,
    `let x = ${load(copy("pq.x", "pq.x"))};`,
    `let y = ${load(copy("pq.y", "pq.y"))};`,
    `let z = ${load(copy("pq.x", "pq.y"))};`,
    "let large = max(abs(x), abs(y));",
    "let size = large * sqrt(min(abs(x), abs(y)) / max(large, 1.2e-38));",
    "let tiny = 1.2e-7 * select(large, size, size > 0.0);",
    "if (abs(z) > max(tiny, 1.2e-38)) {",
    "let theta = (y - x) / (2.0 * z);",
    "let t = select(1.0, -1.0, theta < 0.0) / (abs(theta) + sqrt(fma(theta, theta, 1.0)));",
    "let c = 1.0 / sqrt(fma(t, t, 1.0));",
    "s = t * c;",
    "tau = s / (1.0 + c);",
    "atomicStore(&turned, 1u);",
    "} }",
    work.store(turn("pair", 0), "tau"),
    work.store(turn("pair", 1), "s"),
    "}",
    "storageBarrier();",
    "workgroupBarrier();",
    ...each(rotate(copy("k", "pq.x"), copy("k", "pq.y"))),
    ...each([
      ...rotate(copy("pq.x", "k"), copy("pq.y", "k")),
      ...rotate(vector("pq.x", "k"), vector("pq.y", "k")),
    ]),
    "}",
    `if (lane == 0u && atomicLoad(&turned) == 0u) { ${work.store(state, `${atRest}.0`)} }`,
  ];
  return kernel.build(body, chunk.count, lanes, true);
}

/** Sorts the values in ascending order, and makes the first entry of the largest magnitude of each vector positive. */
function end(step: EighStep, memory: Memory, d: number, chunk: Chunk): Dispatch {
  const kernel = new Kernel(memory);
  const { work, own, copy, vector, state } = workOf(kernel, d, chunk);
  const target = kernel.write(step.output);
  const values = step.values === null ? null : kernel.write(step.values);
  kernel.when(step.when);
  const [byRow = 0, byColumn = 0] = step.output.strides.slice(-2);
  const put = (operand: Operand, at: string, value: string) =>
    operand.store(at, `select(${value}, fromBits(0x7fc00000u), odd)`);
  const valueAt = () => {
    const strides = step.values?.strides ?? [];
    const lead = positionText(strides.slice(0, -1), "m");
    return `(${lead} + ${scaled("rank", strides.at(-1) ?? 0)})`;
  };
  const body = [
    own,
    ...findLines(step, kernel, chunk),
    `let goal = ${positionText(step.output.strides.slice(0, -2), "m")};`,
    `let odd = ${work.load(state)} == ${notFinite}.0;`,
    `for (var i = lane; i < ${d}u; i += ${lanes}u) {`,
    `let value = ${work.load(copy("i", "i"))};`,
    "var rank = 0u;",
    "var most = 0.0;",
    `for (var j = 0u; j < ${d}u; j++) {`,
    `let other = ${work.load(copy("j", "j"))};`,
    "if (other < value || (!(other > value) && j < i)) { rank++; }",
    `let x = ${work.load(vector("i", "j"))};`,
    "if (abs(x) > abs(most)) { most = x; }",
    "}",
    "if (odd) { rank = i; }",
    ...(values === null ? [] : [put(values, valueAt(), "value")]),
    `for (var j = 0u; j < ${d}u; j++) {`,
    `let x = ${work.load(vector("i", "j"))};`,
    put(
      target,
      `(goal + ${scaled("j", byRow)} + ${scaled("rank", byColumn)})`,
      "select(x, -x, most < 0.0)",
    ),
    "} }",
  ];
  return kernel.build(body, chunk.count, lanes, false);
}
