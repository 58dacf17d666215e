import type { Node } from "../core/node.ts";
import { add } from "../ops/arithmetic.ts";
import { type GuardedNode, guarded, guardOf } from "../ops/pointwise.ts";
import { joinPlaced } from "../ops/slice.ts";

/**
 * The sum of the cotangents that reach a value, or null if there is none.
 *
 * Cotangents of parts of the value are joined first. Terms with the same condition are added under this condition.
 */
export function addTerms(terms: readonly Node[]): Node | null {
  if (terms.length < 2) return terms[0] ?? null;
  const plain: Node[] = [];
  const choices: GuardedNode[] = [];
  for (const term of joinPlaced(terms)) {
    const guard = guardOf(term);
    if (guard === null) {
      plain.push(term);
      continue;
    }
    const { condition, holds, value } = guard;
    const at = choices.findIndex((one) => one.condition === condition && one.holds === holds);
    const known = choices[at];
    if (known === undefined) choices.push(guard);
    else choices[at] = { ...known, value: add(known.value, value) };
  }
  return [...plain, ...choices.map(guarded)].reduce((sum, term) => add(sum, term));
}
