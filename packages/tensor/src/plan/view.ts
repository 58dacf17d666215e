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
}
