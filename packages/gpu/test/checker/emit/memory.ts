import type { Scope } from "./scope.ts";
import { scalar, type Value } from "./values.ts";

/** Returns the name of memory in JavaScript. */
export const memoryName = (name: string) => `m_${name}`;

/** Returns memory of a name: one value, or elements of which one must be chosen. Null if there is none. */
export function memoryValue(scope: Scope, name: string): Value | null {
  const variable = scope.shared.globals.get(name);
  if (variable === undefined) return null;
  const js = memoryName(name);
  if (variable.type.kind !== "array") return elementOf(js, { js, type: variable.type }, "0");
  return { js, type: variable.type, place: { kind: "elements", memory: js } };
}

/** Returns an element of memory. */
export function elementOf(memory: string, { type }: Value, index: string): Value {
  const of = type.kind === "array" ? type.of : type;
  const place = { kind: "memory", memory, index, component: null } as const;
  if (of.kind === "vector") return { js: `${memory}.vector(${index},me)`, type: of, place };
  const isBool = of.kind === "scalar" && of.of === "bool";
  const load = `${memory}.load(${index},me)`;
  return { js: isBool ? `(${load}!==0)` : load, type: of, place };
}

/** Returns a component of a vector in memory. */
export function componentOf({ type, place }: Value, component: string): Value {
  if (type.kind !== "vector" || place?.kind !== "memory") throw new Error("not a vector in memory");
  const js = `${place.memory}.part(${place.index},${component},me)`;
  return { js, type: scalar(type.of), place: { ...place, component } };
}

/** Returns the statement that stores a value. */
export function storeText(scope: Scope, target: Value, value: string, at: number): string {
  const { place, js, type } = target;
  if (place?.kind === "local") {
    if (place.mutable) return `${js}=${value}`;
    throw scope.fail(at, "a let and a parameter cannot be assigned");
  }
  if (place?.kind !== "memory") throw scope.fail(at, "this cannot be assigned");
  const { memory, index, component } = place;
  if (type.kind === "atomic") throw scope.fail(at, "an atomic cannot be assigned");
  if (component !== null) return `${memory}.storePart(${index},${component},${value},me)`;
  return `${memory}.${type.kind === "vector" ? "storeVector" : "store"}(${index},${value},me)`;
}
