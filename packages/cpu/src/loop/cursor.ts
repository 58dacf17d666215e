import { type FunctionBuilder, type I32, i32, type Local } from "../wasm/index.ts";

/** A strided operand of a loop nest; strides in bytes, one per loop, outermost first. */
export interface Stream {
  /** Byte address of the first element: known, or computed. */
  readonly base: number | I32;
  readonly strides: readonly number[];
}

/** A moving position that streams with the same strides share. */
export interface Cursor {
  readonly strides: readonly number[];
  readonly at: Local<"i32">;
}

/** Where a stream stands: a cursor and a constant distance from it. */
export interface Pointer {
  readonly cursor: Cursor;
  readonly offset: number;
}

/** Streams of a nest with their shared cursors. */
export interface Cursors {
  readonly pointers: readonly Pointer[];
  readonly cursors: readonly Cursor[];
}

/**
 * One pointer per stream. Streams that move alike share a cursor that counts from 0, and their
 * addresses become immediates of the loads; negative strides and computed bases rule that out,
 * because immediates do not wrap.
 */
export function cursorsFor(f: FunctionBuilder, streams: readonly Stream[]): Cursors {
  const shared = new Map<string, Cursor>();
  const cursors: Cursor[] = [];
  const make = (strides: readonly number[], start: number | I32): Cursor => {
    const value = typeof start === "number" ? i32.const(start) : start;
    const cursor = { strides, at: f.local("i32", value) };
    cursors.push(cursor);
    return cursor;
  };
  const pointers = streams.map(({ base, strides }): Pointer => {
    if (typeof base !== "number" || strides.some((stride) => stride < 0)) {
      return { cursor: make(strides, base), offset: 0 };
    }
    const key = strides.join();
    const cursor = shared.get(key) ?? make(strides, 0);
    shared.set(key, cursor);
    return { cursor, offset: base };
  });
  return { pointers, cursors };
}
