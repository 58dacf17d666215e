/** What a value is differentiated along: directions, and derivatives as lists of them. */

/** One direction, or a stack of several directions that are followed together. */
export interface Direction {
  /** A number that orders the directions. */
  readonly id: number;
  /** The number of directions in the stack, which are on a leading axis. Null for a single direction without such an axis. */
  readonly size: number | null;
  /** The coordinates, if the directions are unit vectors. Null for other vectors. */
  readonly axes: readonly number[] | null;
  /** The stack that has these directions too, and their positions there. Null if they are in no other stack. */
  readonly within: { readonly stack: Direction; readonly at: readonly number[] } | null;
}

/** A factor of a differential operator: ∂ along a direction, or Σ ∂² over a stack of directions. */
export interface Part {
  readonly direction: Direction;
  readonly kind: "first" | "summed";
}

/** A differential operator: the product of its parts, in the order of `derivativeOf`. */
export type Derivative = readonly Part[];

/** The parts in a fixed order. Operators commute, so equal operators are then equal lists. */
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

/** The order of a derivative. */
export function orderOf(derivative: Derivative): number {
  return derivative.reduce((order, part) => order + (isSummed(part) ? 2 : 1), 0);
}

/** The sizes of the leading axes of a derivative: one axis for each stacked part. */
export function leadOf(derivative: Derivative): number[] {
  return derivative.filter(isStacked).map(({ direction }) => direction.size as number);
}

/** A text that is equal for equal operators. */
export function textOf(derivative: Derivative): string {
  return derivative.map((part) => `${part.direction.id}${isSummed(part) ? "Σ" : ""}`).join(" ");
}
