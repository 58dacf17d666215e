/**
 * A strided window on a buffer. Offset and strides count elements; an axis of stride 0 broadcasts.
 *
 * @category For authors of backends
 */
export interface View {
  /** The buffer, as an index into `Plan.buffers`. */
  readonly buffer: number;
  /** Sizes per axis. */
  readonly shape: readonly number[];
  /** Elements from one index to the next, per axis. Any integers. */
  readonly strides: readonly number[];
  /** The position of the first element. */
  readonly offset: number;
  /** The elements by which the view moves in each turn of the loops around its step, outermost loop first; 0 by default. */
  readonly advance?: readonly number[];
}

/**
 * Returns the view as it is in one turn of the outermost loop around its step.
 *
 * @param view - The view.
 * @param turn - The number of the turn, from 0.
 * @returns The moved view. It keeps the advances of the inner loops.
 * @nothrow
 * @category For authors of backends
 */
export function viewAt(view: View, turn: number): View {
  const { advance, ...fixed } = view;
  if (advance === undefined) return view;
  const [by = 0, ...inner] = advance;
  const offset = view.offset + turn * by;
  return inner.length === 0 ? { ...fixed, offset } : { ...fixed, offset, advance: inner };
}

/**
 * Returns whether two views move by the same number of elements in each loop.
 *
 * @param a - A view.
 * @param b - Another view.
 * @returns Whether they move alike.
 * @nothrow
 * @category For authors of backends
 */
export function moveAlike({ advance: a = [] }: View, { advance: b = [] }: View): boolean {
  const longer = a.length > b.length ? a : b;
  return longer.every((_, depth) => (a[depth] ?? 0) === (b[depth] ?? 0));
}
