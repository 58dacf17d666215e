import { type FunctionBuilder, type I32, type I32Like, i32 } from "../wasm/index.ts";
import type { Cursor } from "./cursor.ts";

/** The indices from `from` to before `to` of one loop. */
export interface Range {
  readonly from: I32Like;
  readonly to: I32Like;
}

/** Returns all indices below `size`. */
export function whole(size: number): Range {
  return { from: 0, to: size };
}

/** Returns the share of one part: `size` is cut into `parts` runs, whose lengths are multiples of `quantum`. */
export function share(
  f: FunctionBuilder,
  size: number,
  quantum: number,
  part: I32,
  parts: I32,
): Range {
  if (parts.literal === 1) return whole(size);
  const grains = Math.ceil(size / quantum);
  const each = i32.div_u(i32.add(parts, grains - 1), parts);
  const length = f.let(i32.mul(each, quantum));
  const from = f.let(i32.mul(length, part));
  f.if(i32.gt_u(from, size), () => f.set(from, i32.const(size)));
  const to = f.let(i32.add(from, length));
  f.if(i32.gt_u(to, size), () => f.set(to, i32.const(size)));
  return { from, to };
}

/** Moves cursors by a number of elements of one loop. */
function move(f: FunctionBuilder, cursors: readonly Cursor[], level: number, by: I32Like): void {
  for (const cursor of cursors) {
    const stride = cursor.strides[level] as number;
    if (stride !== 0) f.increment(cursor.at, i32.mul(by, stride));
  }
}

/** Runs `body`, and restores the cursors afterwards. */
function restoring(
  f: FunctionBuilder,
  cursors: readonly Cursor[],
  level: number,
  body: () => void,
): void {
  const saved = cursors
    .filter((cursor) => cursor.strides[level] !== 0)
    .map((cursor) => ({ cursor, at: f.let(cursor.at) }));
  body();
  for (const { cursor, at } of saved) f.set(cursor.at, at);
}

/** Emits one loop of a nest: `body` for every index, with the cursors moved there. */
export function loop(
  f: FunctionBuilder,
  cursors: readonly Cursor[],
  level: number,
  range: Range,
  body: () => void,
): void {
  restoring(f, cursors, level, () => {
    move(f, cursors, level, range.from);
    f.for(f.local("i32"), range.from, range.to, 1, () => {
      body();
      move(f, cursors, level, 1);
    });
  });
}

/** The number of elements that a turn of a vector loop handles: `count` vectors, or one element. */
export type Turn =
  | { readonly kind: "vectors"; readonly count: number }
  | { readonly kind: "element" };

/** A turn of one element. */
export const element: Turn = { kind: "element" };

/**
 * Emits the innermost loop, in turns of lanes·count elements for each of `counts` (largest first), and in single
 * elements for the rest.
 */
export function vectorLoop(
  f: FunctionBuilder,
  cursors: readonly Cursor[],
  level: number,
  range: Range,
  lanes: number,
  counts: readonly number[],
  body: (turn: Turn) => void,
): void {
  restoring(f, cursors, level, () => {
    move(f, cursors, level, range.from);
    const i = f.local("i32");
    let from: I32Like = range.from;
    for (const count of counts) {
      const width = lanes * count;
      const to = lastMultiple(f, from, range.to, width);
      f.for(i, from, to, width, () => {
        body({ kind: "vectors", count });
        move(f, cursors, level, width);
      });
      from = to;
    }
    f.for(i, from, range.to, 1, () => {
      body(element);
      move(f, cursors, level, 1);
    });
  });
}

/** Returns from + the largest multiple of `width` that stays within `to`. */
function lastMultiple(f: FunctionBuilder, from: I32Like, to: I32Like, width: number): I32Like {
  if (typeof from === "number" && typeof to === "number") {
    return from + Math.floor((to - from) / width) * width;
  }
  const length = f.let(i32.sub(to, from));
  f.set(length, i32.and(length, -width));
  return f.let(i32.add(length, from));
}

/**
 * A vector of a loop: the number of elements from the cursors to its first one, and the number of lanes that have an
 * element.
 */
export interface Chunk {
  readonly first: number;
  readonly count: number;
}

/** Returns the vectors of so many elements. The last one may have fewer elements than lanes. */
function chunksOf(size: number, lanes: number): Chunk[] {
  return Array.from({ length: Math.ceil(size / lanes) }, (_, at) => {
    return { first: at * lanes, count: Math.min(lanes, size - at * lanes) };
  });
}

/**
 * Emits a loop over `size` elements, `most` vectors per turn, and the rest at the end. If one turn is enough, there
 * is no loop. `pause` runs after at most so many turns, and at the end.
 */
export function chunkLoop(
  f: FunctionBuilder,
  cursors: readonly Cursor[],
  level: number,
  size: number,
  lanes: number,
  most: number,
  body: (chunks: readonly Chunk[]) => void,
  pause: { readonly turns: number; readonly run: () => void } | null,
): void {
  const width = lanes * most;
  const looped = size > width ? Math.floor(size / width) * width : 0;
  restoring(f, looped === 0 ? [] : cursors, level, () => {
    const turn = () => {
      body(chunksOf(width, lanes));
      move(f, cursors, level, width);
    };
    if (pause === null || looped <= pause.turns * width) {
      f.for(f.local("i32"), 0, looped, width, turn);
    } else {
      const from = f.local("i32");
      f.for(from, 0, looped, pause.turns * width, () => {
        const to = f.let(i32.add(from, pause.turns * width));
        f.if(i32.gt_u(to, looped), () => f.set(to, i32.const(looped)));
        f.for(f.local("i32"), from, to, width, turn);
        pause.run();
      });
    }
    if (size > looped) body(chunksOf(size - looped, lanes));
    pause?.run();
  });
}
