import fc from "fast-check";
import { arg, call, literal } from "../../src/expr/build.ts";
import type { Expr, ScalarFn, ScalarType } from "../../src/expr/expr.ts";
import { scalarFns } from "../../src/expr/functions.ts";

const types: readonly ScalarType[] = ["float", "float", "i32", "u32", "bool"];
const constants = [0, 1, -1, 2, 3, 0.5, -0.5, 4];

/** Arguments of random expressions: two floats, an i32, a u32 and a bool. */
export const argTypes = types;

/**
 * Random expressions with shared parts: a list of calls, each on earlier values that fit. Steps are
 * numbers that choose function and arguments. Without `integers` all values are floats and bools.
 */
export function randomExpr(
  functions: readonly ScalarFn[] = Object.values(scalarFns),
  integers = true,
) {
  const choice = fc.nat({ max: 2 ** 30 });
  return fc
    .array(fc.tuple(choice, choice, choice, choice), { minLength: 1, maxLength: 25 })
    .map((steps) => {
      const values: Expr[] = [
        ...types.map((type, index) => arg(index, type)),
        ...constants.map((value) => literal(value)),
        literal(3, "i32"),
        literal(0, "i32"),
        literal(1, "u32"),
        literal(1, "bool"),
      ].filter(({ type }) => integers || type === "float" || type === "bool");
      let last = values[0] as Expr;
      for (const [which, ...picks] of steps) {
        const fn = functions[which % functions.length] as ScalarFn;
        // The first argument is free, the others are of a type that makes the call fit.
        for (let attempt = 0; attempt < 50; attempt++) {
          const args = Array.from({ length: fn.arity }, (_, i) => {
            const pick = (picks[i] as number) + attempt * (7 * i + 1);
            const recent =
              pick % 3 === 0 ? values.length - 1 : Math.floor(pick / 3) % values.length;
            return values[recent] as Expr;
          });
          if (fn.type(args.map(({ type }) => type)) === null) continue;
          last = call(fn, ...args);
          values.push(last);
          break;
        }
      }
      return last;
    });
}

const finite = fc.double({ min: -4, max: 4, noNaN: true });
const odd = fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, 1, 1e300);

/** Values for `argTypes`, now and then special ones. */
export const randomArgs = fc.tuple(
  fc.oneof({ weight: 4, arbitrary: finite }, { weight: 1, arbitrary: odd }),
  finite,
  fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  fc.constantFrom(0, 1),
);
