import { abs, constant, isFinite, logicalAnd, max, maximum, type Node } from "@metrigrad/graph";

/** Operands of one reduction: few enough for a GPU's limit of bindings. */
const together = 4;

/** Whether every element of every float value is finite, a bool scalar; values of equal shape are read in one pass. */
export function allFinite(values: readonly Node[]): Node {
  const groups = new Map<string, Node[][]>();
  for (const value of values) {
    if (value.type !== "float") continue;
    const key = value.shape.join();
    const lists = groups.get(key) ?? [];
    const last = lists.at(-1);
    if (last === undefined || last.length === together) lists.push([value]);
    else last.push(value);
    groups.set(key, lists);
  }
  const checks = [...groups.values()].flat().map((group) => isFinite(largest(group)));
  return checks.length === 0 ? constant(1, "bool") : checks.reduce((a, b) => logicalAnd(a, b));
}

/** max |x|, which is NaN or infinite where any element is. */
function largest(values: readonly Node[]): Node {
  const sizes = values.map((value) => abs(value));
  const [first, ...rest] = sizes as [Node, ...Node[]];
  return max(rest.reduce((a, b) => maximum(a, b), first));
}
