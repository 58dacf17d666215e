/** C = AB of row-major A [m, k] and B [k, n]; with `transposed` A is stored as [k, m]. */
export interface ProductProblem {
  readonly m: number;
  readonly k: number;
  readonly n: number;
  readonly transposed: boolean;
  readonly a: Float32Array;
  readonly b: Float32Array;
}

/** X'diag(ν)X/n of X [n, d], symmetric [d, d]. */
export interface GramProblem {
  readonly n: number;
  readonly d: number;
  readonly x: Float32Array;
  readonly nu: Float32Array;
}

/** L with LL' = A, lower, for each of `count` matrices [d, d]. */
export interface CholeskyProblem {
  readonly count: number;
  readonly d: number;
  readonly a: Float32Array;
}

/** (LL')⁻¹B for each of `count` factors L [d, d] and right-hand sides B [d, columns]. */
export interface SolveProblem {
  readonly count: number;
  readonly d: number;
  readonly columns: number;
  readonly l: Float32Array;
  readonly b: Float32Array;
}

/** Sizes of a layer and its first weights [inputs, outputs]; its offsets begin as zeros. */
export interface Layer {
  readonly inputs: number;
  readonly outputs: number;
  readonly w: Float32Array;
}

/**
 * The Cholesky factors of X'diag(ν)X/n + shift·I for X [n, d] and each of `count` rows of ν
 * [count, n]: what the metrics of so many units of a layer take.
 */
export interface BlocksProblem {
  readonly count: number;
  readonly n: number;
  readonly d: number;
  readonly x: Float32Array;
  readonly nu: Float32Array;
  readonly shift: number;
}

/** X·A·A·…·A, `count` small products [size, size] one after another: what a step costs as such. */
export interface TinyProblem {
  readonly count: number;
  readonly size: number;
  readonly a: Float32Array;
  readonly x: Float32Array;
}

/**
 * One step of training a relu network on a batch: mean cross-entropy of a softmax, its gradient, and
 * an update. The answer is the loss before each of the first `checkedSteps` steps.
 */
export interface TrainingProblem {
  readonly learningRate: number;
  readonly batch: number;
  readonly layers: readonly Layer[];
  /** [batch, inputs]. */
  readonly x: Float32Array;
  /** Class of every row. */
  readonly labels: Int32Array;
}

/** A step of an optimizer that every library has. */
export interface StepProblem extends TrainingProblem {
  readonly optimizer: "sgd" | "adam";
}

/**
 * A step of the default `rngd`, without its average: every layer's gradient is multiplied with (λI + X̃'X̃/n)⁻¹, λ the
 * damping and X̃ the rows of the layer with ones beside them; momentum acts on that.
 */
export interface NaturalProblem extends TrainingProblem {
  readonly damping: number;
  readonly momentum: number;
}

/** Values of a shape, row-major. */
export interface Values {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** The models of the suite `models`. */
export type ImageModel = "LeNet" | "ResNet-8";
export type SequenceModel = "LSTM" | "transformer";

/**
 * One step of training a model on a batch: mean cross-entropy of a soft-max, its gradient, and an update, with that of
 * the running statistics of batch normalisation. The answer is the loss before each of the first `checkedModelSteps` steps.
 */
export interface ModelProblem<Model extends string = ImageModel | SequenceModel> {
  readonly model: Model;
  readonly optimizer: "sgd" | "adam";
  readonly learningRate: number;
  /** Images [n, channels, height, width], or sequences [n, T, features]. */
  readonly x: Values;
  readonly classes: number;
  /** Class of every row of the last layer. */
  readonly labels: Int32Array;
  /** Kernels [out, in, k, k] and dense weights [in, out], in order; offsets begin as zeros, scales as ones. */
  readonly weights: Readonly<Record<string, Values>>;
}

/** Steps whose losses are compared. */
export const checkedSteps = 5;

/** The same for models, of which a step takes some libraries seconds. */
export const checkedModelSteps = 2;

/** Ten element-wise operations: see `chainOf` for what they are. */
export interface ChainProblem {
  readonly x: Float32Array;
}

/** One function of every element. */
export interface FunctionProblem {
  readonly name: "exp" | "log" | "tanh";
  readonly x: Float32Array;
}

/** Every kind of problem by name. */
export interface Problems {
  readonly product: ProductProblem;
  readonly gram: GramProblem;
  readonly cholesky: CholeskyProblem;
  readonly solve: SolveProblem;
  readonly blocks: BlocksProblem;
  readonly tiny: TinyProblem;
  readonly step: StepProblem;
  readonly natural: NaturalProblem;
  readonly images: ModelProblem<ImageModel>;
  readonly sequences: ModelProblem<SequenceModel>;
  readonly chain: ChainProblem;
  readonly function: FunctionProblem;
}

/** The ten operations on one value, in double precision. */
export function chainOf(x: number): number {
  const square = (0.5 * x + 1) ** 2;
  const root = Math.sqrt(Math.max(square - x, 0.1));
  return 1 / (Math.abs(root * x) + 1);
}
