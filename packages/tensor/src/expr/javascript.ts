import { abs, add, ceil, div, floor, max, min, mul, neg, sign, sub } from "./arithmetic.ts";
import { bitAnd, bitOr, bitXor, shiftLeft, shiftRight } from "./bits.ts";
import type { ScalarFn, ScalarType } from "./expr.ts";
import { infixSyntax } from "./infix.ts";
import { isFinite, toBool, toFloat, toI32, toU32 } from "./logic.ts";
import { functionCall, inside, type Phrase, precedence, type Syntax } from "./syntax.ts";
import { cos, exp, expm1, log, log1p, sin, sqrt, tanh } from "./transcendental.ts";

/** Functions that `Math` has under the same name. */
const mathFunctions = new Set<ScalarFn>([
  abs,
  ceil,
  cos,
  exp,
  expm1,
  floor,
  log,
  log1p,
  max,
  min,
  sign,
  sin,
  sqrt,
  tanh,
]);

const bitOperators = new Map<ScalarFn, string>([
  [bitAnd, "&"],
  [bitOr, "|"],
  [bitXor, "^"],
  [shiftLeft, "<<"],
  [shiftRight, ">>"],
]);

/** Functions of integers whose result must be brought back into 32 bits. */
const wrapping = new Set<ScalarFn>([
  add,
  sub,
  neg,
  abs,
  bitAnd,
  bitOr,
  bitXor,
  shiftLeft,
  shiftRight,
]);

const atom = (text: string): Phrase => ({ text, level: precedence.atom });
const wrap = (value: Phrase, type: ScalarType) => {
  const text = inside(value, precedence.sum);
  return atom(type === "u32" ? `(${text} >>> 0)` : `(${text} | 0)`);
};

/** A call as JavaScript writes it for floats and booleans, and before integers are wrapped. */
function plain(fn: ScalarFn, args: readonly Phrase[], types: readonly ScalarType[]): Phrase {
  const [x, y] = args.map(({ text }) => text);
  const symbol = bitOperators.get(fn);
  if (symbol !== undefined) {
    const unsigned = fn === shiftRight && types[0] === "u32";
    return atom(`((${x}) ${unsigned ? ">>>" : symbol} (${y}))`);
  }
  if (mathFunctions.has(fn)) return functionCall(`Math.${fn.name}`, args);
  return infixSyntax.call(fn, args, types);
}

/** A call on integers, brought back into 32 bits where necessary. */
function integer(fn: ScalarFn, args: readonly Phrase[], types: readonly ScalarType[]): Phrase {
  const type = types[0] as ScalarType;
  if (fn === mul) return wrap(functionCall("Math.imul", args), type);
  // In JavaScript a division by 0 gives an infinity or NaN, and wrapping makes 0 of both.
  if (fn === div) return wrap(plain(fn, args, types), type);
  return wrapping.has(fn) ? wrap(plain(fn, args, types), type) : plain(fn, args, types);
}

/** A conversion between types, or null if `fn` is none or JavaScript has no operator for it. */
function conversion(fn: ScalarFn, args: readonly Phrase[], from: ScalarType): Phrase | null {
  const [x] = args as readonly [Phrase];
  if (from === "bool" && (fn === toFloat || fn === toI32 || fn === toU32)) {
    return functionCall("Number", args);
  }
  if (fn === toFloat) return x;
  if (fn === toBool) return from === "bool" ? x : atom(`((${x.text}) !== 0)`);
  if (fn === isFinite) return functionCall("Number.isFinite", args);
  if (fn !== toI32 && fn !== toU32) return null;
  return from === "float" ? null : wrap(x, fn === toU32 ? "u32" : "i32");
}

/**
 * The syntax of JavaScript, such as `Math.exp(x)` and `const t0 = …;`. Booleans are those of JavaScript, also as arguments.
 *
 * Functions that JavaScript lacks are called by their names, so the code around must define them. These are erf, round to even,
 * toI32 and toU32 of a float, and derived functions.
 *
 * @category Expressions
 */
export const javascriptSyntax: Syntax = {
  literal: infixSyntax.literal,
  call: (fn, args, types) => {
    const converted = conversion(fn, args, types[0] as ScalarType);
    if (converted !== null) return converted;
    const whole = types[0] === "i32" || types[0] === "u32";
    return whole ? integer(fn, args, types) : plain(fn, args, types);
  },
  declare: (name, value) => `const ${name} = ${value};`,
};
