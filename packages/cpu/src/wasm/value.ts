import { signed, unsigned } from "./leb128.ts";

/** Types of WebAssembly values. */
export type ValType = "i32" | "i64" | "f32" | "f64" | "v128";

/** Encoded instructions; nested so that composing them costs nothing. */
export type Code = readonly (number | Code)[];

/**
 * Code that pushes one value of type T. It is a fragment, not a result: used twice, it is
 * evaluated twice, so put what is shared into a local.
 */
export interface Value<T extends ValType = ValType> {
  readonly type: T;
  readonly code: Code;
  /** The number, where it is a literal i32. */
  readonly literal?: number;
}

/** Code that pushes nothing. */
export interface Statement {
  readonly type: "none";
  readonly code: Code;
}

export type I32 = Value<"i32">;
export type V128 = Value<"v128">;

/** An i32, or a number standing for an `i32.const`. */
export type I32Like = I32 | number;

/** `i32.const`; addresses above 2³¹ are given as they are. */
export function i32Const(value: number): I32 {
  return { type: "i32", code: [0x41, ...signed(value)], literal: value };
}

/** Numbers become literals, values stay. */
export function asI32(value: I32Like): I32 {
  return typeof value === "number" ? i32Const(value) : value;
}

/** An instruction with its operands evaluated before it. */
export function instruction<T extends ValType>(
  type: T,
  opcode: Code,
  ...operands: readonly Value[]
): Value<T> {
  return { type, code: [...operands.map((operand) => operand.code), ...opcode] };
}

/** An instruction without a result. */
export function effect(opcode: Code, ...operands: readonly Value[]): Statement {
  return { type: "none", code: [...operands.map((operand) => operand.code), ...opcode] };
}

/** The immediate of loads and stores: log₂ of the alignment, and a constant offset in bytes. */
export function memarg(alignment: number, offset: number): number[] {
  return [...unsigned(alignment), ...unsigned(offset)];
}

/** Writes nested code as bytes. */
export function flatten(code: Code, into: number[]): void {
  for (const part of code) {
    if (typeof part === "number") into.push(part);
    else flatten(part, into);
  }
}
