import { add } from "./arithmetic.ts";
import { call, literal } from "./build.ts";
import type { Expr } from "./expr.ts";
import { and, not, or, select } from "./logic.ts";

/** A condition with the conditions around it, as a linked list. All must hold; null means that there is none. */
export interface Guard {
  /** The innermost condition. */
  readonly condition: Expr;
  /** Whether the condition must hold. Otherwise it must not hold. */
  readonly holds: boolean;
  /** The conditions around it. */
  readonly outer: Guard | null;
}

/** A term that counts only where its guard holds. Where the guard does not hold, a NaN in the term has no effect. */
export interface Guarded {
  readonly guard: Guard | null;
  readonly value: Expr;
}

/** Whether two guards have the same conditions. */
const same = (a: Guard | null, b: Guard | null): boolean =>
  a === b ||
  (a !== null &&
    b !== null &&
    a.condition === b.condition &&
    a.holds === b.holds &&
    a.outer === b.outer);

/** Whether two guards are those of the two branches of one condition. */
const opposite = (a: Guard | null, b: Guard | null): boolean =>
  a !== null &&
  b !== null &&
  a.condition === b.condition &&
  a.holds !== b.holds &&
  a.outer === b.outer;

/** Adds a term to a list. Terms with equal guards, or with guards of opposite branches, become one term. */
export function addTerm(terms: Guarded[], added: Guarded): void {
  let term = added;
  for (let i = 0; i < terms.length; ) {
    const merged = merge(terms[i] as Guarded, term);
    if (merged === null) {
      i++;
      continue;
    }
    // The merged term may fit a term that was passed already.
    term = merged;
    terms.splice(i, 1);
    i = 0;
  }
  terms.push(term);
}

/** One term for two, or null if their guards differ. */
function merge(a: Guarded, b: Guarded): Guarded | null {
  if (same(a.guard, b.guard)) return { guard: a.guard, value: call(add, a.value, b.value) };
  if (!opposite(a.guard, b.guard)) return null;
  const { condition, holds, outer } = a.guard as Guard;
  const [yes, no] = holds ? [a, b] : [b, a];
  return { guard: outer, value: call(select, condition, yes.value, no.value) };
}

/** The sum of terms as one term. It counts where one of them counts. */
export function sumOf(terms: readonly Guarded[]): Guarded | null {
  const [first, ...rest] = terms;
  if (first === undefined || rest.length === 0) return first ?? null;
  const conditions = terms.map(({ guard }) => (guard === null ? null : conditionOf(guard)));
  const value = terms.map(valueOf).reduce((x, y) => call(add, x, y));
  if (conditions.includes(null)) return { guard: null, value };
  const condition = (conditions as Expr[]).reduce((x, y) => call(or, x, y));
  return { guard: { condition, holds: true, outer: null }, value };
}

/** A term as an expression: 0 where its guard does not hold. */
export function valueOf({ guard, value }: Guarded): Expr {
  return guard === null ? value : call(select, conditionOf(guard), value, literal(0));
}

/** The condition of each guard, made once. */
const conditions = new WeakMap<Guard, Expr>();

/** A guard as one condition. Guards with a common outer part share its condition. */
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
