/** A strided window on a buffer; offset and strides in elements, stride 0 broadcasts. */
export interface View {
  /** Index into `Plan.buffers`. */
  readonly buffer: number;
  /** Sizes per axis. */
  readonly shape: readonly number[];
  /** Elements between neighbours, per axis; any integer. */
  readonly strides: readonly number[];
  /** Position of the first element. */
  readonly offset: number;
  /** Elements by which it moves with each turn of the loops around its step, outermost first; 0 by default. */
  readonly advance?: readonly number[];
}

/** Where a view is in a turn of the outermost loop around its step. */
export function viewAt(view: View, turn: number): View {
  const { advance, ...fixed } = view;
  if (advance === undefined) return view;
  const [by = 0, ...inner] = advance;
  const offset = view.offset + turn * by;
  return inner.length === 0 ? { ...fixed, offset } : { ...fixed, offset, advance: inner };
}

/** Whether two views move alike in loops. */
export function moveAlike({ advance: a = [] }: View, { advance: b = [] }: View): boolean {
  const longer = a.length > b.length ? a : b;
  return longer.every((_, depth) => (a[depth] ?? 0) === (b[depth] ?? 0));
}
