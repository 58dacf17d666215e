import * as arithmetic from "./arithmetic.ts";
import * as bits from "./bits.ts";
import * as derived from "./derived.ts";
import type { ScalarFn } from "./expr.ts";
import { digamma, lgamma } from "./gamma.ts";
import * as hyperbolic from "./hyperbolic.ts";
import * as logic from "./logic.ts";
import * as transcendental from "./transcendental.ts";
import * as trigonometric from "./trigonometric.ts";

/** The functions that every backend implements. */
export const primitiveFns = { ...arithmetic, ...bits, ...logic, ...transcendental };

/** Primitives that take many instructions. */
export const transcendentalFns = { ...transcendental };

/** Functions with a `define` in terms of primitives. */
export const derivedFns = { ...derived, ...hyperbolic, ...trigonometric, digamma, lgamma };

/** Name of a function that every backend implements; tables of rules are typed by it. */
export type PrimitiveName = keyof typeof primitiveFns;

/** Every function of the expression language by name. */
export const scalarFns: Readonly<Record<string, ScalarFn>> = { ...primitiveFns, ...derivedFns };
