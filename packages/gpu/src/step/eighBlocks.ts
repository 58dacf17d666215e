import type { EighStep } from "@metrigrad/tensor";
import type { Dispatch, Memory, Operand } from "../wgsl/kernel.ts";
import { positionText, scaled } from "../wgsl/layout.ts";
import { applyTurns } from "./eighApply.ts";
import { turnPairs } from "./eighTurn.ts";
import { type Chunk, lanes, notFinite, running, type Sizes, sizesOf, workOf } from "./eighWork.ts";
import { placeIn } from "./place.ts";

/** The number of sweeps over all pairs of blocks. */
const sweeps = 12;

/**
 * Lowers a decomposition of large matrices to Jacobi rotations of blocks of 16 axes. In each round of a tournament a
 * workgroup takes two blocks of a matrix, and turns their 32 axes. A second dispatch applies these rotations to the rest
 * of the matrix and to the vectors, tile by tile. Rounds of a matrix that is at rest end at once.
 */
export function eighBlocks(step: EighStep, memory: Memory, chunk: Chunk): readonly Dispatch[] {
  const sizes = sizesOf(step.a.shape.at(-1) as number);
  const rounds = Array.from({ length: sweeps * sizes.rounds }, (_, round) => round);
  const turn = turnPairs(step, memory, sizes, chunk);
  const apply = applyTurns(step, memory, sizes, chunk);
  return [
    copyRows(step, memory, sizes, chunk),
    judge(step, memory, sizes, chunk),
    ...rounds.flatMap((round) => [turn(round), apply(round)]),
    writeVectors(step, memory, sizes, chunk),
  ];
}

/** Writes the rows of whole matrices from their lower triangles, unit vectors, and whether each row is finite. */
function copyRows(step: EighStep, memory: Memory, sizes: Sizes, chunk: Chunk): Dispatch {
  const work = workOf(step, memory, sizes, chunk);
  const { kernel, d, padded } = work;
  const a = kernel.read(step.a);
  const source = placeIn(kernel, step.a, "m", "source");
  kernel.shared("isOdd", "atomic<u32>");
  const body = [
    `let matrix = group / ${padded};`,
    `let i = group % ${padded};`,
    work.begin,
    ...work.find,
    `let source = ${source.matrix};`,
    `for (var j = lane; j < ${padded}; j += ${lanes}u) {`,
    "var x = 0.0;",
    `if (i < ${d} && j < ${d}) { x = ${a.load(source.element("max(i, j)", "min(i, j)"))}; }`,
    "if (!finite(x)) { atomicStore(&isOdd, 1u); }",
    work.store(work.copy("i", "j"), "x"),
    work.store(work.vector("i", "j"), "select(0.0, 1.0, i == j)"),
    "}",
    "workgroupBarrier();",
    `if (lane == 0u) { ${work.store(work.odd("i"), "f32(atomicLoad(&isOdd))")} }`,
  ];
  return kernel.build(body, chunk.count * sizes.padded, lanes, true);
}

/** Writes the first state of each matrix. Each pair of blocks must be met once before a matrix is at rest. */
function judge(step: EighStep, memory: Memory, sizes: Sizes, chunk: Chunk): Dispatch {
  const work = workOf(step, memory, sizes, chunk);
  const { kernel, padded, pairs, rounds } = work;
  kernel.shared("isOdd", "atomic<u32>");
  const body = [
    "let matrix = group;",
    work.begin,
    `for (var i = lane; i < ${padded}; i += ${lanes}u) { if (${work.load(work.odd("i"))} != 0.0) { atomicStore(&isOdd, 1u); } }`,
    `for (var pair = lane; pair < ${pairs}; pair += ${lanes}u) { ${work.store(work.restFrom("pair"), `f32(${rounds})`)} }`,
    "workgroupBarrier();",
    `if (lane == 0u) { ${work.store(work.state, `select(${running}.0, ${notFinite}.0, atomicLoad(&isOdd) != 0u)`)} }`,
  ];
  return kernel.build(body, chunk.count, lanes, true);
}

/**
 * Writes the vectors in the order of their values, one by each workgroup. The first entry of the largest magnitude
 * becomes positive.
 */
function writeVectors(step: EighStep, memory: Memory, sizes: Sizes, chunk: Chunk): Dispatch {
  const work = workOf(step, memory, sizes, chunk);
  const { kernel, d, load, copy, vector } = work;
  const target = kernel.write(step.output);
  const values = step.values === null ? null : kernel.write(step.values);
  const goal = placeIn(kernel, step.output, "m", "goal");
  const byValue = step.values?.strides.at(-1) ?? 0;
  const put = (operand: Operand, at: string, value: string) =>
    operand.store(at, `select(${value}, fromBits(0x7fc00000u), isOdd)`);
  for (const name of ["smaller", "largest", "earliest"]) kernel.shared(name, "atomic<u32>");
  const body = [
    `let matrix = group / ${d};`,
    `let i = group % ${d};`,
    work.begin,
    ...work.find,
    `let isOdd = ${load(work.state)} == ${notFinite}.0;`,
    `let value = ${load(copy("i", "i"))};`,
    "if (lane == 0u) { atomicStore(&earliest, 0xffffffffu); }",
    `for (var j = lane; j < ${d}; j += ${lanes}u) {`,
    `let other = ${load(copy("j", "j"))};`,
    "if (other < value || (!(other > value) && j < i)) { atomicAdd(&smaller, 1u); }",
    // Numbers that are not negative have the order of their bits.
    `atomicMax(&largest, bitcast<u32>(abs(${load(vector("i", "j"))})));`,
    "}",
    "workgroupBarrier();",
    "let most = atomicLoad(&largest);",
    `for (var j = lane; j < ${d}; j += ${lanes}u) {`,
    `if (bitcast<u32>(abs(${load(vector("i", "j"))})) == most) { atomicMin(&earliest, j); }`,
    "}",
    "workgroupBarrier();",
    `let turned = ${load(vector("i", `min(atomicLoad(&earliest), ${d} - 1u)`))} < 0.0;`,
    "let rank = select(atomicLoad(&smaller), i, isOdd);",
    ...(values === null
      ? []
      : [
          `if (lane == 0u) { ${put(values, `(${positionText(step.values?.strides.slice(0, -1) ?? [], "m")} + ${scaled("rank", byValue)})`, "value")} }`,
        ]),
    `let goal = ${goal.matrix};`,
    `for (var j = lane; j < ${d}; j += ${lanes}u) {`,
    `let x = ${load(vector("i", "j"))};`,
    put(target, goal.element("j", "rank"), "select(x, -x, turned)"),
    "}",
  ];
  return kernel.build(body, chunk.count * sizes.d, lanes, true);
}
