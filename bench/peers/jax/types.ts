/** What is used of an array of jax-js; it is spent by use, `ref` keeps it for one more. */
export interface JaxArray {
  readonly shape: readonly number[];
  readonly ref: JaxArray;
  add(other: JaxArray | number): JaxArray;
  sub(other: JaxArray | number): JaxArray;
  mul(other: JaxArray | number): JaxArray;
  div(other: JaxArray | number): JaxArray;
  sum(axis?: number): JaxArray;
  reshape(shape: readonly number[]): JaxArray;
  blockUntilReady(): Promise<JaxArray>;
  data(): Promise<Float32Array>;
  dispose(): void;
}

/** Arrays in lists. */
export type Tree = JaxArray | readonly Tree[];

/** What is used of @jax-js/jax. */
export interface Jax {
  readonly numpy: Readonly<
    Record<"exp" | "log" | "tanh" | "sqrt" | "square" | "abs" | "reciprocal", Unary>
  > & {
    array(values: Float32Array): JaxArray;
    matmul(a: JaxArray, b: JaxArray): JaxArray;
    transpose(a: JaxArray, axes?: readonly number[]): JaxArray;
    maximum(a: JaxArray, b: number): JaxArray;
    max(a: JaxArray): JaxArray;
    mean(a: JaxArray, axes: readonly number[], options?: { readonly keepdims: boolean }): JaxArray;
    split(a: JaxArray, parts: number, axis: number): JaxArray[];
    zeros(shape: readonly number[]): JaxArray;
  };
  readonly nn: {
    readonly relu: Unary;
    readonly sigmoid: Unary;
    logSoftmax(x: JaxArray, axis: number): JaxArray;
    standardize(x: JaxArray, axis: number): JaxArray;
    softmax(x: JaxArray, axis: number): JaxArray;
  };
  readonly lax: {
    convGeneralDilated(
      x: JaxArray,
      kernel: JaxArray,
      strides: readonly number[],
      padding: "VALID" | readonly (readonly number[])[],
    ): JaxArray;
    reduceWindow(
      x: JaxArray,
      reduce: Unary,
      window: readonly number[],
      strides: readonly number[],
    ): JaxArray;
    readonly linalg: {
      cholesky(a: JaxArray): JaxArray;
      triangularSolve(
        a: JaxArray,
        b: JaxArray,
        options: { leftSide: boolean; lower: boolean; transposeA: boolean },
      ): JaxArray;
    };
  };
  readonly tree: { ref<T extends Tree>(tree: T): T; dispose(tree: Tree): void };
  init(device: "wasm"): Promise<readonly string[]>;
  defaultDevice(device: "wasm"): void;
  jit<F extends (...args: never[]) => Tree>(run: F): F;
  valueAndGrad<T extends Tree>(
    loss: (first: T, ...rest: JaxArray[]) => JaxArray,
  ): (first: T, ...rest: JaxArray[]) => readonly [JaxArray, T];
  blockUntilReady<T extends Tree>(tree: T): Promise<T>;
}

type Unary = (x: JaxArray) => JaxArray;
