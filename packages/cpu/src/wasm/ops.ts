import type { Code } from "./code.ts";
import { unsigned } from "./leb128.ts";
import {
  access,
  asI32,
  effect,
  type I32Like,
  instruction,
  type Statement,
  type ValType,
  type Value,
} from "./value.ts";

/** Makes instructions of one operand. */
export function unary<A extends ValType, R extends ValType>(type: R, ...opcode: number[]) {
  return (x: Value<A>): Value<R> => instruction(type, opcode, x);
}

/** Makes instructions of two operands of one type. */
export function binary<A extends ValType, R extends ValType>(type: R, ...opcode: number[]) {
  return (x: Value<A>, y: Value<A>): Value<R> => instruction(type, opcode, x, y);
}

/** Makes instructions of two i32, where numbers are literals. */
export function binaryI32(opcode: number) {
  return (x: I32Like, y: I32Like): Value<"i32"> => instruction("i32", [opcode], asI32(x), asI32(y));
}

/** Makes loads; `bytes` is the natural alignment. */
export function load<R extends ValType>(type: R, bytes: number, ...opcode: number[]) {
  const alignment = Math.log2(bytes);
  return (at: I32Like, offset = 0): Value<R> => {
    const { address, memarg } = access(at, alignment, offset);
    return instruction(type, [opcode, memarg], address);
  };
}

/** Makes stores; `bytes` is the natural alignment. */
export function store<A extends ValType>(bytes: number, ...opcode: number[]) {
  const alignment = Math.log2(bytes);
  return (at: I32Like, value: Value<A>, offset = 0): Statement => {
    const { address, memarg } = access(at, alignment, offset);
    return effect([opcode, memarg], address, value);
  };
}

/** Returns the bytes of a SIMD opcode. */
export function simd(opcode: number): number[] {
  return [0xfd, ...unsigned(opcode)];
}

/** Returns the eight or four bytes of a float literal. */
export function floatBytes(value: number, bytes: 4 | 8): Code {
  const view = new DataView(new ArrayBuffer(bytes));
  if (bytes === 4) view.setFloat32(0, value, true);
  else view.setFloat64(0, value, true);
  return [...new Uint8Array(view.buffer)];
}
