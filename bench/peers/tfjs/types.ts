/** The backends of TensorFlow.js that are measured. */
export type TfBackend = "wasm" | "cpu" | "webgpu" | "webgl";

/** What is used of a tensor of TensorFlow.js. */
export interface TfTensor {
  readonly shape: readonly number[];
  data(): Promise<Float32Array>;
  dispose(): void;
}

/** What is used of @tensorflow/tfjs. */
export interface Tf {
  readonly version_core: string;
  readonly train: Readonly<Record<"sgd" | "adam", (...settings: number[]) => TfOptimizer>>;
  readonly losses: { softmaxCrossEntropy(labels: TfTensor, logits: TfTensor): TfTensor };
  readonly fused: {
    matMul(options: {
      readonly a: TfTensor;
      readonly b: TfTensor;
      readonly bias: TfTensor;
      readonly activation: "relu" | "linear";
    }): TfTensor;
  };
  enableProdMode(): void;
  env(): { set(flag: string, value: boolean): void };
  setBackend(name: string): Promise<boolean>;
  tensor(values: Float32Array | Int32Array, shape: readonly number[], dtype?: "int32"): TfTensor;
  variable(value: TfTensor): TfTensor;
  zeros(shape: readonly number[]): TfTensor;
  oneHot(labels: TfTensor, classes: number): TfTensor;
  cast(x: TfTensor, dtype: "float32"): TfTensor;
  matMul(a: TfTensor, b: TfTensor, transposeA?: boolean, transposeB?: boolean): TfTensor;
  add(a: TfTensor, b: TfTensor | number): TfTensor;
  sub(a: TfTensor, b: TfTensor): TfTensor;
  mul(a: TfTensor, b: TfTensor | number): TfTensor;
  maximum(a: TfTensor, b: number): TfTensor;
  square(x: TfTensor): TfTensor;
  sqrt(x: TfTensor): TfTensor;
  abs(x: TfTensor): TfTensor;
  reciprocal(x: TfTensor): TfTensor;
  exp(x: TfTensor): TfTensor;
  log(x: TfTensor): TfTensor;
  tanh(x: TfTensor): TfTensor;
  relu(x: TfTensor): TfTensor;
  sigmoid(x: TfTensor): TfTensor;
  softmax(x: TfTensor): TfTensor;
  reshape(x: TfTensor, shape: readonly number[]): TfTensor;
  transpose(x: TfTensor, axes: readonly number[]): TfTensor;
  split(x: TfTensor, parts: number, axis: number): TfTensor[];
  unstack(x: TfTensor, axis: number): TfTensor[];
  mean(x: TfTensor, axes: readonly number[], keepDims?: boolean): TfTensor;
  moments(
    x: TfTensor,
    axes: readonly number[],
  ): { readonly mean: TfTensor; readonly variance: TfTensor };
  rsqrt(x: TfTensor): TfTensor;
  customGrad(
    f: (...all: never[]) => {
      readonly value: TfTensor;
      readonly gradFunc: (dy: TfTensor, saved: never) => TfTensor[];
    },
  ): (...all: TfTensor[]) => TfTensor;
  conv2dTranspose(
    x: TfTensor,
    kernel: TfTensor,
    shape: readonly number[],
    stride: number,
    padding: number,
  ): TfTensor;
  batchNorm(
    x: TfTensor,
    mean: TfTensor,
    variance: TfTensor,
    offset: TfTensor,
    scale: TfTensor,
    epsilon: number,
  ): TfTensor;
  conv2d(
    x: TfTensor,
    kernel: TfTensor,
    stride: number,
    padding: number,
    dataFormat?: "NHWC",
    dilations?: number,
  ): TfTensor;
  maxPool(x: TfTensor, window: number, stride: number, padding: "valid"): TfTensor;
  slice(x: TfTensor, begin: readonly number[], size: readonly number[]): TfTensor;
  tidy<T>(run: () => T): T;
}

/** What is used of an optimizer. */
export interface TfOptimizer {
  minimize(
    loss: () => TfTensor,
    returnCost: boolean,
    variables: readonly TfTensor[],
  ): TfTensor | null;
}
