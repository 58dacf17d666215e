/** What a value is differentiated along: directions, and derivatives as lists of them. */

/** One direction, or a stack of several that are followed together. */
export interface Direction {
  /** Orders the directions of one set of streams. */
  readonly id: number;
  /** How many directions are stacked on a leading axis; null for a single one without such an axis. */
  readonly size: number | null;
  /** The coordinates whose unit vectors these are; null for other vectors. */
  readonly axes: readonly number[] | null;
  /** The stack of which these are some, with their positions there; null for directions of their own. */
  readonly within: { readonly stack: Direction; readonly at: readonly number[] } | null;
}

/** A factor of a differential operator: ∂ along a direction, or Σ ∂² over a stack of directions. */
export interface Part {
  readonly direction: Direction;
  readonly kind: "first" | "summed";
}

/** A differential operator: the product of its parts, in the order of `derivativeOf`. */
export type Derivative = readonly Part[];

/** The parts in their order: operators commute, so equal ones are then equal lists. */
export function derivativeOf(parts: readonly Part[]): Derivative {
  return parts.toSorted(
    (a, b) => a.direction.id - b.direction.id || Number(isSummed(a)) - Number(isSummed(b)),
  );
}

/** Whether a part is Σ ∂² over a stack. */
export function isSummed({ kind }: Part): boolean {
  return kind === "summed";
}

/** Whether a part has an axis of its own in the derivative. */
export function isStacked({ kind, direction }: Part): boolean {
  return kind === "first" && direction.size !== null;
}

/** How often it differentiates. */
export function orderOf(derivative: Derivative): number {
  return derivative.reduce((order, part) => order + (isSummed(part) ? 2 : 1), 0);
}

/** Sizes of the leading axes that a derivative has: one for each stacked part. */
export function leadOf(derivative: Derivative): number[] {
  return derivative.filter(isStacked).map(({ direction }) => direction.size as number);
}

/** Text that is equal for equal operators. */
export function textOf(derivative: Derivative): string {
  return derivative.map((part) => `${part.direction.id}${isSummed(part) ? "Σ" : ""}`).join(" ");
}
