import { type FunctionBuilder, type I32, i32, type Local } from "../wasm/index.ts";
import { addressOf, type Moving } from "./address.ts";

/** A strided operand of a loop nest. Strides are in bytes, one per loop, outermost first. */
export interface Stream {
  /** The byte address of the first element: known, known in each turn of a loop, or computed. */
  readonly base: number | Moving | I32;
  readonly strides: readonly number[];
}

/** A moving position, which streams with the same strides share. */
export interface Cursor {
  readonly strides: readonly number[];
  readonly at: Local<"i32">;
}

/** The place of a stream: a cursor and a constant distance from it. */
export interface Pointer {
  readonly cursor: Cursor;
  readonly offset: number;
}

/** The streams of a nest with their shared cursors. */
export interface Cursors {
  readonly pointers: readonly Pointer[];
  readonly cursors: readonly Cursor[];
}

/**
 * Returns one pointer per stream.
 *
 * Streams that move alike share a cursor that counts from 0, or from the place of the turn of a loop. Their addresses
 * become immediates of the loads. Negative strides and computed bases rule that out, because immediates do not wrap.
 * The cursor of a single stream counts from its address.
 */
export function cursorsFor(f: FunctionBuilder, streams: readonly Stream[]): Cursors {
  const keys = streams.map(({ base, strides }) => {
    if (!isKnown(base) || strides.some((stride) => stride < 0)) return null;
    return `${strides.join()}|${typeof base === "number" ? "" : base.key}`;
  });
  const shared = new Map<string, Cursor>();
  const cursors: Cursor[] = [];
  const make = (strides: readonly number[], value: I32): Cursor => {
    const cursor = { strides, at: f.local("i32", value) };
    cursors.push(cursor);
    return cursor;
  };
  const pointers = streams.map(({ base, strides }, at): Pointer => {
    const key = keys[at] as string | null;
    const own = key === null || keys.indexOf(key) === keys.lastIndexOf(key);
    if (!isKnown(base) || own) {
      return { cursor: make(strides, isKnown(base) ? addressOf(base) : base), offset: 0 };
    }
    const moves = typeof base !== "number";
    const cursor = shared.get(key) ?? make(strides, moves ? base.by : i32.const(0));
    shared.set(key, cursor);
    return { cursor, offset: moves ? base.origin : base };
  });
  return { pointers, cursors };
}

/** Whether an address is known, perhaps in each turn of a loop. */
function isKnown(base: Stream["base"]): base is number | Moving {
  return typeof base === "number" || "origin" in base;
}
