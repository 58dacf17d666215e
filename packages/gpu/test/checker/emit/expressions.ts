import type { Expression, Scalar, Type } from "../text/tree.ts";
import { bitcastText } from "./builtins.ts";
import { callValue, makeValue } from "./calls.ts";
import { concrete, constant, converted } from "./convert.ts";
import { componentOf, elementOf, memoryValue } from "./memory.ts";
import { bitSigns, comparisons, folded, operationText } from "./operators.ts";
import type { Scope } from "./scope.ts";
import { isAbstract, numberText, scalar, scalarOf, typeText, type Value } from "./values.ts";
import { perPart } from "./vectors.ts";

/** Returns an expression as JavaScript. Throws TextError if it has no meaning, or none that the checker knows. */
export function emit(scope: Scope, tree: Expression): Value {
  switch (tree.kind) {
    case "number":
      return constant(tree.value, tree.type);
    case "bool":
      return { js: String(tree.value), type: scalar("bool") };
    case "name": {
      const found = scope.find(tree.name) ?? memoryValue(scope, tree.name);
      if (found === null) throw scope.fail(tree.at, `${tree.name} is not declared`);
      return found;
    }
    case "unary":
      return unary(scope, tree.sign, emit(scope, tree.of), tree.at);
    case "binary":
      return binary(scope, tree.sign, emit(scope, tree.left), emit(scope, tree.right), tree.at);
    case "index":
      return indexed(scope, emit(scope, tree.of), emit(scope, tree.index), tree.at);
    case "member":
      return member(scope, emit(scope, tree.of), tree.name, tree.at);
    case "call":
      return callValue(
        scope,
        tree.name,
        tree.args.map((arg) => emit(scope, arg)),
        tree.at,
      );
    case "make":
      return makeValue(
        scope,
        tree.type,
        tree.args.map((arg) => emit(scope, arg)),
        tree.at,
      );
    case "bitcast":
      return bitcast(scope, tree.type, emit(scope, tree.of), tree.at);
  }
}

function unary(scope: Scope, sign: string, value: Value, at: number): Value {
  if (sign === "&") return value;
  const of = scalarOf(value.type);
  if (value.constant !== undefined && sign === "-") {
    return constant(-value.constant, of as Scalar);
  }
  const operation = of === null ? null : unaryText(sign, of);
  if (of === null || operation === null) {
    throw scope.fail(at, `${sign} does not take ${typeText(value.type)}`);
  }
  if (value.type.kind === "scalar") return { js: operation(value.js), type: value.type };
  return perPart(scope, [value], sizeOf(value.type), of, ([x]) => operation(x as string));
}

function unaryText(sign: string, of: Scalar): ((x: string) => string) | null {
  if (sign === "!") return of === "bool" ? (x) => `(!${x})` : null;
  if (sign === "-" && of === "f32") return (x) => `(-${x})`;
  if (of === "i32") return sign === "-" ? (x) => `((-${x})|0)` : (x) => `(~${x})`;
  return sign === "~" && of === "u32" ? (x) => `((~${x})>>>0)` : null;
}

/** Returns an operation on two values. */
export function binary(scope: Scope, sign: string, left: Value, right: Value, at: number): Value {
  if (isAbstract(left) && isAbstract(right)) return foldedValue(scope, sign, left, right, at);
  if (sign === "&&" || sign === "||") {
    const [x, y] = [left, right].map((side) => converted(scope, side, scalar("bool"), at).js);
    return { js: `(${x}${sign}${y})`, type: scalar("bool") };
  }
  const [x, y] = typedSides(scope, sign, left, right, at);
  const [of, size] = [scalarOf(x.type), commonSize(sign, x, y)];
  const refused = () =>
    scope.fail(at, `${sign} does not take ${typeText(left.type)} and ${typeText(right.type)}`);
  if (of === null || size === null) throw refused();
  const text = (a: string, b: string) => {
    const js = operationText(sign, of, a, b);
    if (js === null) throw refused();
    return js;
  };
  const result = comparisons.includes(sign) ? "bool" : of;
  if (size === 1) return { js: text(x.js, y.js), type: scalar(result) };
  return perPart(scope, [x, y], size, result, ([a, b]) => text(a as string, b as string));
}

const isShift = (sign: string) => sign === "<<" || sign === ">>";

/** Returns both sides in types of their own: a number without one takes that of the other side, or u32 as the bits of a shift. */
function typedSides(
  scope: Scope,
  sign: string,
  left: Value,
  right: Value,
  at: number,
): readonly [Value, Value] {
  if (!isShift(sign)) return [matched(scope, left, right, at), matched(scope, right, left, at)];
  const by = isAbstract(right) ? converted(scope, right, scalar("u32"), at) : right;
  return [concrete(scope, left, at), by];
}

/** Returns the number of components of an operation; null if the sides do not fit. Scalars stand beside vectors in arithmetic only. */
function commonSize(sign: string, x: Value, y: Value): number | null {
  if (scalarOf(y.type) !== (isShift(sign) ? "u32" : scalarOf(x.type))) return null;
  const [a, b] = [sizeOf(x.type), sizeOf(y.type)];
  if (a === b) return a;
  return Math.min(a, b) === 1 && "+-*/%".includes(sign) ? Math.max(a, b) : null;
}

const sizeOf = (type: Type) => (type.kind === "vector" ? type.size : 1);

function foldedValue(scope: Scope, sign: string, left: Value, right: Value, at: number): Value {
  const of = scalarOf(left.type) === "int" && scalarOf(right.type) === "int" ? "int" : "float";
  const [x, y] = [left.constant as number, right.constant as number];
  if (comparisons.includes(sign)) {
    return { js: `(${numberText(x)}${sign}${numberText(y)})`, type: scalar("bool") };
  }
  const value = bitSigns.includes(sign) ? null : folded(sign, of, x, y);
  if (value === null) throw scope.fail(at, `${sign} of numbers without a type is not understood`);
  return constant(value, of);
}

/** Returns a value in the type of its neighbour if it has none of its own. */
function matched(scope: Scope, value: Value, other: Value, at: number): Value {
  const of = scalarOf(other.type);
  return isAbstract(value) && of !== null ? converted(scope, value, scalar(of), at) : value;
}

function indexed(scope: Scope, whole: Value, index: Value, at: number): Value {
  const own = isAbstract(index) ? converted(scope, index, scalar("u32"), at) : index;
  const of = scalarOf(own.type);
  if (of !== "u32" && of !== "i32") throw scope.fail(at, "an index must be u32 or i32");
  const { type, place } = whole;
  if (place?.kind === "elements") return elementOf(place.memory, whole, own.js);
  if (type.kind === "vector") return component(whole, insideText(own.js, type.size));
  if (type.kind !== "array" || type.count === null) {
    throw scope.fail(at, `${typeText(type)} has no elements`);
  }
  const js = `${whole.js}[${insideText(own.js, type.count)}]`;
  return { js, type: type.of, ...(place !== undefined && { place }) };
}

function member(scope: Scope, whole: Value, name: string, at: number): Value {
  const { type } = whole;
  const index = name.length === 1 ? "xyzw".indexOf(name) : -1;
  if (type.kind === "vector" && index >= 0 && index < type.size) {
    return component(whole, String(index));
  }
  throw scope.fail(at, `.${name} of ${typeText(type)} is not understood`);
}

function component(whole: Value, index: string): Value {
  const { type, place, js } = whole;
  if (place?.kind === "memory") return componentOf(whole, index);
  const of = scalar((type as Extract<Type, { kind: "vector" }>).of);
  return { js: `${js}[${index}]`, type: of, ...(place !== undefined && { place }) };
}

/** Returns an index that is reported if it is not inside. */
const insideText = (index: string, count: number) =>
  /^\d+$/.test(index) && Number(index) < count ? index : `inside(${index},${count})`;

function bitcast(scope: Scope, type: Type, plain: Value, at: number): Value {
  const value = concrete(scope, plain, at);
  const [from, of] = [scalarOf(value.type), scalarOf(type)];
  const fits = from !== null && of !== null && sizeOf(type) === sizeOf(value.type);
  if (!fits || bitcastText(from, of, "") === null) {
    throw scope.fail(at, `bitcast of ${typeText(value.type)} to ${typeText(type)}`);
  }
  const text = (x: string) => bitcastText(from, of, x) as string;
  if (type.kind !== "vector") return { js: text(value.js), type };
  return perPart(scope, [value], type.size, of, ([x]) => text(x as string));
}
