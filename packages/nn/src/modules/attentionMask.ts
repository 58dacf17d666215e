import {
  iota,
  lessEqual,
  logicalAnd,
  logicalNot,
  type Node,
  notEqual,
  reshape,
} from "@metrigrad/graph";

/**
 * Returns which keys a query sees, bool, broadcast to scores [n, heads, T, S]; null for all.
 *
 * @param shape - The shape of the scores.
 * @param causal - Whether query t sees only the keys up to t.
 * @param padding - The keys that are left out, [n, S]; null for none.
 */
export function keptKeys(
  [n = 0, , steps = 0, keys = 0]: readonly number[],
  causal: boolean,
  padding: Node | null,
): Node | null {
  const past = causal ? lessEqual(iota(keys), reshape(iota(steps), [steps, 1])) : null;
  if (padding === null) return past;
  const out = padding.type === "bool" ? padding : notEqual(padding, 0);
  const kept = reshape(logicalNot(out), [n, 1, 1, keys]);
  return past === null ? kept : logicalAnd(kept, past);
}
