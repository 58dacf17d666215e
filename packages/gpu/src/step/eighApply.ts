import type { EighStep } from "@metrigrad/tensor";
import type { Dispatch, Memory } from "../wgsl/kernel.ts";
import { upTo } from "../wgsl/layout.ts";
import {
  atRest,
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

/** The number of vectors of four rows in a tile, and the distance of columns of them. */
const vectors = pairSize / 4;
const pitch = vectors + 1;

/**
 * Returns the dispatches that apply the rotations of a round, by their rounds. A workgroup takes a tile of 32×32: of the
 * matrix, between two pairs of blocks, which it turns from both sides; or of the vectors, which it turns from one. One
 * workgroup of each matrix finds whether it is at rest.
 */
export function applyTurns(
  step: EighStep,
  memory: Memory,
  sizes: Sizes,
  chunk: Chunk,
): (round: number) => Dispatch {
  // Each of an odd number of pairs meets half of the others after it, in a circle. So every tile is taken once.
  const circle = sizes.pairs + 1 - (sizes.pairs % 2);
  const half = (circle - 1) / 2;
  const all = 1 + circle * half + sizes.pairs * sizes.pairs;
  const wordsOf = (round: number) => [round, round % sizes.rounds];
  const work = workOf(step, memory, sizes, chunk, wordsOf(0));
  const { kernel, pairs } = work;
  const [now, inSweep] = work.ofRound as [string, string];
  const [ring, each, tiles, units] = [circle, half, circle * half, all].map((x) =>
    kernel.param(x),
  ) as [string, string, string, string];
  defineMeets(work);
  kernel.shared("right", "f32", pairSize ** 2);
  kernel.shared("left", "vec4<f32>", pairSize * pitch);
  kernel.shared("turned", "u32");
  const isTurned = (pair: string) =>
    `(${work.load(work.restFrom(pair))} == f32(${now} + ${work.rounds} + 1u))`;
  const body = [
    `let matrix = group / ${units};`,
    work.begin,
    `let unit = group % ${units};`,
    "if (unit == 0u) {",
    ...restLines(work, now),
    "return;",
    "}",
    `let ofMatrix = unit <= ${tiles};`,
    `let number = select(unit - 1u - ${tiles}, unit - 1u, ofMatrix);`,
    `let first = select(number / ${pairs}, number / ${each}, ofMatrix);`,
    `let second = select(number % ${pairs}, (first + 1u + number % ${each}) % ${ring}, ofMatrix);`,
    `if (first >= ${pairs} || second >= ${pairs}) { return; }`,
    "if (lane == 0u) {",
    `turned = select(0u, 1u, ${isTurned("first")});`,
    `if (ofMatrix && ${isTurned("second")}) { turned += 2u; }`,
    "}",
    "let turns = workgroupUniformLoad(&turned);",
    "if (turns == 0u) { return; }",
    `let q = lane / ${pairSize}u;`,
    `let c = lane % ${pairSize}u;`,
    `let rows = meets(${inSweep}, first);`,
    `let columns = meets(${inSweep}, second);`,
    ...tileLines(work),
  ];
  const dispatch = kernel.build(body, chunk.count * all, lanes, true);
  return (round) => inRound(dispatch, wordsOf(round));
}

/** Writes that a running matrix is at rest, if nothing was turned in the last rounds, in which every pair was met. */
function restLines({ pairs, load, store, restFrom, state }: Work, now: string): string[] {
  return [
    `if (lane == 0u && ${load(state)} == ${running}.0) {`,
    "var latest = 0.0;",
    `for (var pair = 0u; pair < ${pairs}; pair++) { latest = max(latest, ${load(restFrom("pair"))}); }`,
    `if (latest <= f32(${now} + 1u)) { ${store(state, `${atRest}.0`)} }`,
    "}",
  ];
}

/** Turns a tile. A thread has four rows of a column. With R = 1 + E the tile X becomes X + E'X, and Y becomes Y + YE. */
function tileLines(work: Work): string[] {
  const { load, store, copy, vector, turn } = work;
  const row = (e: number) => `axisOf(rows, 4u * q + ${e}u)`;
  const column = "axisOf(columns, c)";
  const ofVectors = `second * ${pairSize}u + c`;
  const add = (left: string) =>
    `for (var k = 0u; k < ${pairSize}u; k++) { tile = fma(left[k * ${pitch}u + ${left}], vec4<f32>(right[k * ${pairSize}u + c]), tile); }`;
  const fourOf = (value: (e: number) => string) => `vec4<f32>(${upTo(4).map(value).join(", ")})`;
  const toRight = (name: string) =>
    upTo(4).map((e) => `right[(4u * q + ${e}u) * ${pairSize}u + c] = ${name}[${e}];`);
  const storeRows = (at: (e: number) => string) => upTo(4).map((e) => store(at(e), `tile[${e}]`));
  return [
    "var tile: vec4<f32>;",
    "var ahead = vec4<f32>(0.0);",
    "if (ofMatrix) {",
    `tile = ${fourOf((e) => load(copy(row(e), column)))};`,
    `if (turns >= 2u) { ahead = ${fourOf((e) => load(turn("second", `(4u * q + ${e}u)`, "c")))}; }`,
    `} else { tile = ${fourOf((e) => load(vector(row(e), ofVectors)))}; }`,
    "if (turns % 2u == 1u) {",
    ...toRight("tile"),
    `let k = lane / ${vectors}u;`,
    `let four = lane % ${vectors}u;`,
    `left[k * ${pitch}u + four] = ${fourOf((e) => load(turn("first", "k", `(4u * four + ${e}u)`)))};`,
    "}",
    "workgroupBarrier();",
    "if (turns % 2u == 1u) {",
    add("q"),
    "}",
    "workgroupBarrier();",
    "if (turns >= 2u) {",
    ...toRight("ahead"),
    `left[c * ${pitch}u + q] = tile;`,
    "}",
    "workgroupBarrier();",
    "if (turns >= 2u) {",
    add("q"),
    "}",
    "if (ofMatrix) {",
    ...storeRows((e) => copy(row(e), column)),
    ...storeRows((e) => copy(column, row(e))),
    "} else {",
    ...storeRows((e) => vector(row(e), ofVectors)),
    "}",
  ];
}
