import * as arithmetic from "./arithmetic.ts";
import * as bits from "./bits.ts";
import * as derived from "./derived.ts";
import type { ScalarFn } from "./expr.ts";
import { digamma, lgamma } from "./gamma.ts";
import * as hyperbolic from "./hyperbolic.ts";
import * as logic from "./logic.ts";
import * as transcendental from "./transcendental.ts";
import * as trigonometric from "./trigonometric.ts";

/**
 * The functions that every backend implements, by name.
 *
 * @category Expressions
 */
export const primitiveFns = { ...arithmetic, ...bits, ...logic, ...transcendental };

/**
 * The primitives that take many instructions, by name.
 *
 * @category Expressions
 */
export const transcendentalFns = { ...transcendental };

/**
 * The functions that are defined by primitives, by name.
 *
 * @category Expressions
 */
export const derivedFns = { ...derived, ...hyperbolic, ...trigonometric, digamma, lgamma };

/**
 * The names of the primitives. Tables of rules have it as the type of their keys.
 *
 * @category Expressions
 */
export type PrimitiveName = keyof typeof primitiveFns;

/**
 * Every function of the expression language, by name.
 *
 * @category Expressions
 */
export const scalarFns: Readonly<Record<string, ScalarFn>> = { ...primitiveFns, ...derivedFns };
