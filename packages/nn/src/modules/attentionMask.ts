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
 * Which keys a query sees, bool that broadcasts to scores [n, heads, T, S]; null: all.
 * @param shape of the scores
 * @param causal whether query t sees the keys up to t only
 * @param padding which keys are left out, [n, S]; null: none
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
