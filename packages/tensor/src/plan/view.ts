/** A strided window on a buffer; offset and strides in elements, stride 0 broadcasts. */
export interface View {
  /** Index into `Plan.buffers`. */
  readonly buffer: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly offset: number;
}
