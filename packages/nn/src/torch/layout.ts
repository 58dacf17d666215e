/**
 * A tensor of PyTorch, or a part of it, as it lies in a parameter.
 *
 * The elements are taken in row-major order after the tensor was split, cut and reordered. Axis numbers are those of `split`.
 *
 * @category Models: own modules
 */
export interface TorchTensorPiece {
  /** The name in the module's `state_dict`, such as "weight". */
  readonly name: string;
  /** The sizes of the tensor in PyTorch. */
  readonly shape: readonly number[];
  /** Sizes with the same number of elements, as which the tensor is read; `shape` by default. */
  readonly split?: readonly number[];
  /** The index on axis 0 of the part that is taken; the whole tensor by default. */
  readonly at?: number;
  /** The axes in the order in which they lie in the parameter, without axis 0 if there is `at`; as they are by default. */
  readonly order?: readonly number[];
  /** The name of a second tensor of the same shape that is added, such as the second bias of an LSTM; none by default. */
  readonly plus?: string;
  /** Whether zeros stand in if the tensor is absent, as a bias with `bias=False`; false by default. */
  readonly optional?: boolean;
}

/**
 * Elements of a parameter that PyTorch does not have. They get one value.
 *
 * @category Models: own modules
 */
export interface TorchFill {
  /** The value. */
  readonly fill: number;
  /** Sizes of the part that is filled. */
  readonly shape: readonly number[];
}

/**
 * A part of a parameter: a tensor of PyTorch, or a value that PyTorch does not have.
 *
 * @category Models: own modules
 */
export type TorchPiece = TorchTensorPiece | TorchFill;

/**
 * How PyTorch names and lays out the values of a module.
 *
 * @category Models: own modules
 */
export interface TorchLayout {
  /**
   * The pieces of each parameter and statistic, one after the other in row-major order. Names may be paths of parameters
   * inside, such as "layer0/input". By default a parameter has its own name and shape in PyTorch.
   */
  readonly params?: Readonly<Record<string, readonly TorchPiece[]>>;
  /** PyTorch's names of the children, by their names here. By default they are the same, and a number in a list. */
  readonly children?: Readonly<Record<string, string>>;
  /** Names of PyTorch that have no counterpart, such as "num_batches_tracked"; none by default. */
  readonly ignored?: readonly string[];
}

/** Returns the pieces of a weight [in + 1, out]: a matrix [out, in] of PyTorch and its bias [out]. */
export function torchAffine(
  [inputs, outputs]: readonly [number, number],
  [weight, bias]: readonly [string, string] = ["weight", "bias"],
): readonly TorchPiece[] {
  return [
    { name: weight, shape: [outputs, inputs], order: [1, 0] },
    { name: bias, shape: [outputs], optional: true },
  ];
}

/** Returns the layout of γ and β, as far as a normalisation has them. */
export function torchScaleAndOffset(shape: readonly number[], affine: boolean): TorchLayout {
  if (!affine) return {};
  return { params: { scale: [{ name: "weight", shape }], offset: [{ name: "bias", shape }] } };
}
