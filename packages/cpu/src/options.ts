/** What kernels are generated for. */
export interface KernelOptions {
  /** Whether `f32x4.relaxed_madd` may be used: faster, rounds once. */
  readonly relaxed: boolean;
  /** Whether the memory is shared between threads. */
  readonly shared: boolean;
}
