import type { Scalar, Type } from "../text/tree.ts";
import type { Scope } from "./scope.ts";
import { constantOf, isAbstract, numberText, scalar, typeText, type Value } from "./values.ts";

/** Returns a number, which has a constant if it has no type of its own. */
export function constant(value: number, of: Scalar): Value {
  const plain = { js: numberText(value), type: scalar(of) };
  return of === "int" || of === "float" ? { ...plain, constant: value } : plain;
}

/** Returns a value as JavaScript of a type that it must have or may take. */
export function converted(scope: Scope, value: Value, type: Type, at: number): Value {
  if (typeText(value.type) === typeText(type)) return value;
  const number = type.kind === "scalar" ? constantOf(value, type.of) : null;
  if (number !== null) return { js: numberText(number), type };
  throw scope.fail(at, `${typeText(type)} must stand here, got ${typeText(value.type)}`);
}

/** Returns a value of a type of its own. */
export function concrete(scope: Scope, value: Value, at: number): Value {
  if (!isAbstract(value)) return value;
  const of = value.type.kind === "scalar" && value.type.of === "int" ? "i32" : "f32";
  return converted(scope, value, scalar(of), at);
}
