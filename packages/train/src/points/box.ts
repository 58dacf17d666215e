import { add, constant, mul, type Node } from "@metrigrad/graph";
import { checkNames, GraphError, tensor } from "@metrigrad/tensor";

/**
 * A box of d dimensions: the points x with low ≤ x ≤ high in each coordinate.
 *
 * @category Residuals and differential equations
 */
export interface PointBox {
  /** The lowest value of each coordinate, [d]. */
  readonly low: readonly number[];
  /** The highest value of each coordinate, [d]; each is greater than that of `low`. */
  readonly high: readonly number[];
}

/** Throws GraphError if a value is not a box. */
export function checkBox(where: string, box: PointBox): void {
  checkNames(`${where}, box`, box, ["low", "high"], GraphError);
  const { low, high } = box;
  const lists = Array.isArray(low) && Array.isArray(high);
  const fits = lists && low.length === high.length && low.length > 0;
  if (fits && low.every((from, axis) => isRange(from, high[axis]))) return;
  throw new GraphError({
    where,
    must: "low and high must be equally long lists of finite numbers, each low below its high",
    got: `${show(low)} and ${show(high)}`,
    todo: "pass for example { low: [0, 0], high: [1, 1] }",
  });
}

function isRange(from: unknown, to: unknown): boolean {
  return Number.isFinite(from) && Number.isFinite(to) && (from as number) < (to as number);
}

function show(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(", ")}]` : String(value);
}

/** Returns points of the unit cube, [n, d], moved into a box. */
export function intoBox(unit: Node, { low, high }: PointBox): Node {
  return add(mul(unit, row(high.map((to, axis) => to - (low[axis] as number)))), row(low));
}

/** Returns numbers as a node [1, d]. */
export function row(values: readonly number[]): Node {
  return constant(tensor(Float64Array.from(values), { shape: [1, values.length] }));
}
