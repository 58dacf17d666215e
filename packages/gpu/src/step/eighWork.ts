import type { EighStep } from "@metrigrad/tensor";
import { type Dispatch, Kernel, type Memory, type Operand } from "../wgsl/kernel.ts";
import { coordinateLines } from "../wgsl/layout.ts";

/** The number of threads of a workgroup. */
export const lanes = 256;
/** The number of axes of a block, and of a pair of blocks, which a workgroup turns. */
export const blockSize = 16;
export const pairSize = 2 * blockSize;

/** A stretch of the batch whose working copies fit into scratch. */
export interface Chunk {
  readonly first: number;
  readonly count: number;
}

/** The sizes of the working copy of a matrix. */
export interface Sizes {
  readonly d: number;
  /** The number of axes with those that fill up the last pair of blocks. They are zero, so nothing turns them. */
  readonly padded: number;
  /** The number of pairs of a round. */
  readonly pairs: number;
  /** The number of rounds in which each block meets each other one once. */
  readonly rounds: number;
  /** The number of words. */
  readonly words: number;
}

/** Returns the sizes for matrices of d axes. */
export function sizesOf(d: number): Sizes {
  const pairs = Math.ceil(d / pairSize);
  const padded = pairs * pairSize;
  const words = 2 * padded ** 2 + pairs * pairSize ** 2 + pairs + padded + 1;
  return { d, padded, pairs, rounds: 2 * pairs - 1, words };
}

/** The states of a matrix. */
export const [running, atRest, notFinite] = [0, 1, 2];

/** The working copy of the matrix with the number `matrix`, for one dispatch. Its sizes are words of the uniform. */
export interface Work {
  readonly kernel: Kernel;
  readonly sizes: Sizes;
  /** The words by which rounds differ, as text. */
  readonly ofRound: readonly string[];
  /** The sizes as text. */
  readonly d: string;
  readonly padded: string;
  readonly pairs: string;
  readonly rounds: string;
  /** A line that sets `own`, which the positions count from. */
  readonly begin: string;
  /** Lines that set coordinates of the batch. */
  readonly find: readonly string[];
  readonly load: (at: string) => string;
  readonly store: (at: string, value: string) => string;
  /** Positions: the matrix, whose both triangles are kept, and the vectors as rows. */
  readonly copy: (row: string, column: string) => string;
  readonly vector: (row: string, column: string) => string;
  /** Position of the rotation of a pair minus the identity. */
  readonly turn: (pair: string, row: string, column: string) => string;
  /** Position of the first round in which the matrix is at rest as far as a pair of blocks knows. */
  readonly restFrom: (pair: string) => string;
  /** Position of a 1 if a row has values that are not finite. */
  readonly odd: (row: string) => string;
  readonly state: string;
}

/** Returns the working copies of a chunk, for one dispatch. The words of a round are the first ones of the uniform. */
export function workOf(
  step: EighStep,
  memory: Memory,
  sizes: Sizes,
  chunk: Chunk,
  wordsOfRound: readonly number[] = [],
): Work {
  const kernel = new Kernel(memory);
  const ofRound = wordsOfRound.map((x) => kernel.param(x));
  const work: Operand = kernel.scratch("f32", chunk.count * sizes.words, 0);
  kernel.when(step.when);
  const word = (x: number) => kernel.param(x);
  const [d, padded, pairs, rounds] = [sizes.d, sizes.padded, sizes.pairs, sizes.rounds].map(
    word,
  ) as [string, string, string, string];
  const vectors = `${padded} * ${padded}`;
  const turns = `2u * ${vectors}`;
  const rests = `${turns} + ${pairs} * ${pairSize ** 2}u`;
  return {
    ...{ kernel, sizes, ofRound, d, padded, pairs, rounds },
    begin: `let own = matrix * ${word(sizes.words)};`,
    find: coordinateLines(`(matrix + ${word(chunk.first)})`, step.a.shape.slice(0, -2), "m"),
    load: (at) => work.load(at),
    store: (at, value) => work.store(at, value),
    copy: (row, column) => `(own + (${row}) * ${padded} + ${column})`,
    vector: (row, column) => `(own + ${vectors} + (${row}) * ${padded} + ${column})`,
    turn: (pair, row, column) =>
      `(own + ${turns} + (${pair} * ${pairSize}u + ${row}) * ${pairSize}u + ${column})`,
    restFrom: (pair) => `(own + ${rests} + ${pair})`,
    odd: (row) => `(own + ${rests} + ${pairs} + ${row})`,
    state: `(own + ${rests} + ${pairs} + ${padded})`,
  };
}

/** Returns the dispatch of another round. All rounds share one source, whose text is put together once. */
export function inRound(dispatch: Dispatch, wordsOfRound: readonly number[]): Dispatch {
  const [zero = 0, ...others] = dispatch.params;
  return { ...dispatch, params: [zero, ...wordsOfRound, ...others.slice(wordsOfRound.length)] };
}

/**
 * Defines `meets(round, pair) -> vec2`, the two blocks of a pair, in a round-robin tournament of all blocks, and
 * `axisOf(blocks, i)`, the axis of the pair's number i.
 */
export function defineMeets({ kernel, rounds }: Work): void {
  kernel.define(
    [
      "fn meets(round: u32, pair: u32) -> vec2<u32> {",
      `let last = ${rounds};`,
      "let x = select((round + pair) % last, last, pair == 0u);",
      "let y = (round + last - pair) % last;",
      "return vec2<u32>(min(x, y), max(x, y));",
      "}",
      "fn axisOf(blocks: vec2<u32>, i: u32) -> u32 {",
      `return select(blocks.x, blocks.y, i >= ${blockSize}u) * ${blockSize}u + i % ${blockSize}u;`,
      "}",
    ].join("\n"),
  );
}
