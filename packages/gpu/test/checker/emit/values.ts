import type { Scalar, Type } from "../text/tree.ts";

/** Where a value is, so that it can be stored. */
export type Place =
  /** An element of memory; a component of it if that is not null. */
  | {
      readonly kind: "memory";
      readonly memory: string;
      readonly index: string;
      readonly component: string | null;
    }
  /** All elements of memory, of which one must be chosen. */
  | { readonly kind: "elements"; readonly memory: string }
  | { readonly kind: "local"; readonly mutable: boolean };

/** An expression in JavaScript, with its type in WGSL. */
export interface Value {
  readonly js: string;
  readonly type: Type;
  /** The number of a value without a type of its own yet. */
  readonly constant?: number;
  /** The components of a vector that is in no variable, each to be used once, and what must come before them. */
  readonly parts?: readonly string[];
  readonly setup?: readonly string[];
  readonly place?: Place;
}

export const scalar = (of: Scalar): Type => ({ kind: "scalar", of });

export const isAbstract = ({ type }: Value) =>
  type.kind === "scalar" && (type.of === "int" || type.of === "float");

/** Returns the type of a scalar, or of the components of a vector; null for other types. */
export const scalarOf = (type: Type): Scalar | null =>
  type.kind === "scalar" || type.kind === "vector" ? type.of : null;

/** Returns a type as it is written. */
export function typeText(type: Type): string {
  if (type.kind === "void") return "void";
  if (type.kind === "scalar") return type.of;
  if (type.kind === "vector") return `vec${type.size}<${type.of}>`;
  if (type.kind === "atomic") return `atomic<${type.of}>`;
  return `array<${typeText(type.of)}${type.count === null ? "" : `, ${type.count}`}>`;
}

/** Returns a number of a type from one without a type; null if the type cannot have it. */
export function constantOf({ type, constant }: Value, of: Scalar): number | null {
  if (constant === undefined || type.kind !== "scalar") return null;
  if (of === "f32") return Math.fround(constant);
  if (type.of !== "int") return null;
  if (of === "u32") return constant >= 0 && constant < 2 ** 32 ? constant : null;
  return of === "i32" && constant >= -(2 ** 31) && constant < 2 ** 31 ? constant : null;
}

/** Returns a number as JavaScript that may stand behind any sign. */
export const numberText = (value: number) =>
  value < 0 || Object.is(value, -0) ? `(${Object.is(value, -0) ? "-0" : value})` : String(value);

/** Returns a vector of components. */
export function vectorOf(
  of: Scalar,
  parts: readonly string[],
  setup: readonly string[] = [],
): Value {
  const type = { kind: "vector", of, size: parts.length } as const;
  const js = setup.length === 0 ? `[${parts}]` : `(${setup.join(",")},[${parts}])`;
  return { js, type, parts, setup };
}

/** Returns a value that no other variable shows. */
export function owned({ js, type, parts, place }: Value): string {
  if (place === undefined || parts !== undefined || place.kind === "memory") return js;
  return type.kind === "vector" || type.kind === "array" ? `${js}.slice()` : js;
}

/** Returns a value of zeros. */
export function zeroText(type: Type): string {
  if (type.kind === "vector") return `[${Array(type.size).fill(zeroText(scalar(type.of)))}]`;
  if (type.kind !== "array") return scalarOf(type) === "bool" ? "false" : "0";
  return `Array.from({length:${type.count}},()=>${zeroText(type.of)})`;
}
