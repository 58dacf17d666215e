import { add, constant, isFinite, logicalAnd, mul, type Node, sum } from "@metrigrad/graph";

/** The number of operands of one reduction. It is small enough for a GPU's limit of bindings. */
const together = 4;

/**
 * Returns whether every element of every float value is finite, a bool scalar. Values of equal shape are read in one
 * pass.
 */
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
  const checks = [...groups.values()].flat().map((group) => isFinite(traces(group)));
  return checks.length === 0 ? constant(1, "bool") : checks.reduce((a, b) => logicalAnd(a, b));
}

/** Returns Σ 0·x: 0, or NaN if an element is NaN or infinite. It takes less time than a maximum that keeps NaN. */
function traces(values: readonly Node[]): Node {
  const [first, ...rest] = values.map((value) => mul(value, 0)) as [Node, ...Node[]];
  return sum(rest.reduce((a, b) => add(a, b), first));
}
