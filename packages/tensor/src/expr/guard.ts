import { add } from "./arithmetic.ts";
import { call, literal } from "./build.ts";
import type { Expr } from "./expr.ts";
import { and, not, or, select } from "./logic.ts";

/** A conjunction of conditions and negated conditions, as a list; null holds always. */
export interface Guard {
  readonly condition: Expr;
  readonly holds: boolean;
  readonly outer: Guard | null;
}

/** A term that counts only where its guard holds, so that its NaN does not matter elsewhere. */
export interface Guarded {
  readonly guard: Guard | null;
  readonly value: Expr;
}

const same = (a: Guard | null, b: Guard | null): boolean =>
  a === b ||
  (a !== null &&
    b !== null &&
    a.condition === b.condition &&
    a.holds === b.holds &&
    a.outer === b.outer);

/** Whether the guards are those of the two branches of one condition. */
const opposite = (a: Guard | null, b: Guard | null): boolean =>
  a !== null &&
  b !== null &&
  a.condition === b.condition &&
  a.holds !== b.holds &&
  a.outer === b.outer;

/** Adds a term to a list of terms; those of equal or of opposite guards become one. */
export function addTerm(terms: Guarded[], added: Guarded): void {
  let term = added;
  for (let i = 0; i < terms.length; ) {
    const merged = merge(terms[i] as Guarded, term);
    if (merged === null) {
      i++;
      continue;
    }
    // The merged term may fit one that was passed.
    term = merged;
    terms.splice(i, 1);
    i = 0;
  }
  terms.push(term);
}

function merge(a: Guarded, b: Guarded): Guarded | null {
  if (same(a.guard, b.guard)) return { guard: a.guard, value: call(add, a.value, b.value) };
  if (!opposite(a.guard, b.guard)) return null;
  const { condition, holds, outer } = a.guard as Guard;
  const [yes, no] = holds ? [a, b] : [b, a];
  return { guard: outer, value: call(select, condition, yes.value, no.value) };
}

/** The sum of terms as one: it counts where any of them does. */
export function sumOf(terms: readonly Guarded[]): Guarded | null {
  const [first, ...rest] = terms;
  if (first === undefined || rest.length === 0) return first ?? null;
  const conditions = terms.map(({ guard }) => (guard === null ? null : conditionOf(guard)));
  const value = terms.map(valueOf).reduce((x, y) => call(add, x, y));
  if (conditions.includes(null)) return { guard: null, value };
  const condition = (conditions as Expr[]).reduce((x, y) => call(or, x, y));
  return { guard: { condition, holds: true, outer: null }, value };
}

/** A term as a plain expression, 0 where its guard does not hold. */
export function valueOf({ guard, value }: Guarded): Expr {
  return guard === null ? value : call(select, conditionOf(guard), value, literal(0));
}

const conditions = new WeakMap<Guard, Expr>();

/** A guard as one condition; shared parts are shared. */
function conditionOf(guard: Guard): Expr {
  const chain: Guard[] = [];
  let outer: Guard | null = guard;
  for (; outer !== null && !conditions.has(outer); outer = outer.outer) chain.push(outer);
  let result = outer === null ? null : (conditions.get(outer) as Expr);
  for (const link of chain.reverse()) {
    const own = link.holds ? link.condition : call(not, link.condition);
    result = result === null ? own : call(and, result, own);
    conditions.set(link, result);
  }
  return result as Expr;
}
