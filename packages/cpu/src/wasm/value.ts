import { isAddress } from "./address.ts";
import type { Code, Site } from "./code.ts";
import { signed, unsigned } from "./leb128.ts";

/** The types of WebAssembly values. */
export type ValType = "i32" | "i64" | "f32" | "f64" | "v128";

/**
 * Code that pushes one value of type T. It is a fragment and not a result: if you use it twice, it is evaluated
 * twice. So put a shared value into a local.
 */
export interface Value<T extends ValType = ValType> {
  readonly type: T;
  readonly code: Code;
  /** The number, if it is a literal i32. */
  readonly literal?: number;
  /** The address, if it is a known one. */
  readonly address?: number;
}

/** Code that pushes nothing. */
export interface Statement {
  readonly type: "none";
  readonly code: Code;
}

export type I32 = Value<"i32">;
export type V128 = Value<"v128">;

/** An i32, or a number in place of an `i32.const`. */
export type I32Like = I32 | number;

/** Returns `i32.const`; also of an address as of `addressAt`. */
export function i32Const(value: number): I32 {
  if (isAddress(value)) {
    return { type: "i32", code: [{ kind: "address", address: value }], address: value };
  }
  return { type: "i32", code: [0x41, ...signed(value)], literal: value };
}

/** Returns numbers as literals, and values as they are. */
export function asI32(value: I32Like): I32 {
  return typeof value === "number" ? i32Const(value) : value;
}

/** Returns an instruction whose operands are evaluated before it. */
export function instruction<T extends ValType>(
  type: T,
  opcode: Code,
  ...operands: readonly Value[]
): Value<T> {
  return { type, code: [...operands.map((operand) => operand.code), ...opcode] };
}

/** Returns an instruction without a result. */
export function effect(opcode: Code, ...operands: readonly Value[]): Statement {
  return { type: "none", code: [...operands.map((operand) => operand.code), ...opcode] };
}

/** What loads and stores have besides their opcode. */
export interface MemoryAccess {
  readonly address: I32;
  /** The immediate: log₂ of the alignment, and a constant offset. */
  readonly memarg: Code;
}

/** Returns the access to a place `offset` bytes from an address; the offset may be an address, counted from there. */
export function access(at: I32Like, alignment: number, offset: number): MemoryAccess {
  const address = asI32(at);
  if (!isAddress(offset)) {
    return { address, memarg: [...unsigned(alignment), ...unsigned(offset)] };
  }
  const site = (kind: "added" | "offset"): Site => ({ kind, address: offset });
  return {
    address: { type: "i32", code: [address.code, site("added")] },
    memarg: [...unsigned(alignment), site("offset")],
  };
}
