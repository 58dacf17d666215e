/** Where the elements of an operand are. It may have more axes than are walked; the first axes are walked. */
export interface Strided {
  /** Positions from one element to the next, per axis. */
  readonly stride: readonly number[];
  /** The position of the first element. */
  readonly offset: number;
}

/**
 * Visits every index of a shape in row-major order. `visit` gets the position of each operand's element.
 *
 * Operands may have more axes than the shape. The array of positions is the same object in every call.
 */
export function walk(
  shape: readonly number[],
  operands: readonly Strided[],
  visit: (at: readonly number[]) => void,
): void {
  if (shape.includes(0)) return;
  const at = operands.map(({ offset }) => offset);
  const index = new Array<number>(shape.length).fill(0);
  for (;;) {
    visit(at);
    let axis = shape.length - 1;
    for (; axis >= 0; axis--) {
      const now = index[axis] as number;
      if (now + 1 < (shape[axis] as number)) break;
      move(at, operands, axis, -now);
      index[axis] = 0;
    }
    if (axis < 0) return;
    move(at, operands, axis, 1);
    index[axis] = (index[axis] as number) + 1;
  }
}

/** Moves the positions of all operands along an axis. */
function move(at: number[], operands: readonly Strided[], axis: number, by: number): void {
  for (let k = 0; k < at.length; k++) {
    at[k] = (at[k] as number) + by * (operands[k]?.stride[axis] as number);
  }
}
