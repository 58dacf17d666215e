/** Where an operand's elements lie; its first axes are walked. */
export interface Strided {
  readonly stride: readonly number[];
  readonly offset: number;
}

/**
 * Visits every index of a shape in row-major order with the position of each operand's element.
 * Operands may have further axes. The array of positions is reused.
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

/** Moves positions along an axis. */
function move(at: number[], operands: readonly Strided[], axis: number, by: number): void {
  for (let k = 0; k < at.length; k++) {
    at[k] = (at[k] as number) + by * (operands[k]?.stride[axis] as number);
  }
}
