import { type PrimitiveName, primitiveFns, type ScalarFn } from "@metrigrad/tensor";
import type { Rule } from "../emitter.ts";
import * as arithmetic from "./arithmetic.ts";
import * as bits from "./bits.ts";
import * as conversion from "./conversion.ts";
import { erf } from "./erf.ts";
import { exp, expm1, tanh } from "./exp.ts";
import { log, log1p } from "./log.ts";
import * as logic from "./logic.ts";
import { pow } from "./pow.ts";
import { cos, sin } from "./trigonometric.ts";

const { toFloat, toI32, toU32, toBool } = conversion;

const table: Readonly<Record<PrimitiveName, Rule>> = {
  ...arithmetic,
  ...bits,
  ...logic,
  ...{ toFloat, toI32, toU32, toBool },
  ...{ exp, expm1, tanh, log, log1p, sin, cos, erf, pow },
};

/** The rules of some twenty instructions; the others have one or a few. */
const long = new Set<Rule>([exp, expm1, tanh, log, log1p, sin, cos, erf, pow]);

const byFunction = new Map<ScalarFn, Rule>(
  (Object.keys(table) as PrimitiveName[]).map((name) => [primitiveFns[name], table[name]]),
);

/** Returns roughly the number of instructions of a rule. */
export function weightOf(rule: Rule): number {
  return long.has(rule) ? 20 : 1;
}

/** Returns the rule of a primitive; undefined for functions that are defined by primitives. */
export function ruleOf(fn: ScalarFn): Rule | undefined {
  return byFunction.get(fn);
}
