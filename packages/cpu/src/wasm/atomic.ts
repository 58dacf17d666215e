import { load, store } from "./ops.ts";
import {
  access,
  asI32,
  effect,
  type I32,
  type I32Like,
  instruction,
  type Statement,
  type Value,
} from "./value.ts";

/** Makes an operation on the i32 at an address. */
function onWord(opcode: number, at: I32Like, offset: number, ...operands: readonly Value[]): I32 {
  const { address, memarg } = access(at, 2, offset);
  return instruction("i32", [0xfe, opcode, memarg], address, ...operands);
}

function update(opcode: number) {
  return (address: I32Like, value: I32Like, offset = 0): I32 =>
    onWord(opcode, address, offset, asI32(value));
}

/** Atomic operations on i32 in shared memory. */
export const atomic = {
  load: load("i32", 4, 0xfe, 0x10),
  store: store<"i32">(4, 0xfe, 0x17),
  add: update(0x1e),
  sub: update(0x25),
  and: update(0x2c),
  or: update(0x33),
  xor: update(0x3a),
  exchange: update(0x41),
  /** Returns the old value; stores `replacement` if it equals `expected`. */
  compareExchange: (address: I32Like, expected: I32Like, replacement: I32Like, offset = 0): I32 =>
    onWord(0x48, address, offset, asI32(expected), asI32(replacement)),
  /** Wakes at most `count` waiters; returns the number woken. */
  notify: (address: I32Like, count: I32Like, offset = 0): I32 =>
    onWord(0x00, address, offset, asI32(count)),
  /**
   * Sleeps while the word equals `expected`. Returns 0 for woken, 1 for unequal, 2 for timed out; −1 ns is for ever.
   */
  wait: (address: I32Like, expected: I32Like, nanoseconds: Value<"i64">, offset = 0): I32 =>
    onWord(0x01, address, offset, asI32(expected), nanoseconds),
  fence: (): Statement => effect([0xfe, 0x03, 0x00]),
};
