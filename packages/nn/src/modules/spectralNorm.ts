import {
  affine,
  concat,
  div,
  matmul,
  maximum,
  type Node,
  reshape,
  slice,
  sqrt,
  square,
  stopGradient,
  sum,
} from "@metrigrad/graph";
import type { InitContext, Initializer } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import { param, state } from "../core/parameter.ts";
import { biasRow } from "../init/biasRow.ts";
import { torchAffine } from "../torch/layout.ts";
import type { DenseOptions, DenseSettings } from "./dense.ts";
import { besides, checkWidth, normedOptions } from "./weightNorm.ts";

/** The number of power iterations before training, as in PyTorch. */
const firstTurns = 15;
/** The smallest length that is divided by, as in PyTorch. */
const epsilon = 1e-12;

/**
 * Makes a dense layer h = f(X̃W/σ(W)), where σ(W) is the largest singular value of W (Miyato et al. 2018).
 *
 * Before the activation the layer lengthens no difference of inputs. It maps x [n, …, inputs] to [n, …, outputs]. σ is p'Wq
 * with the singular vectors p and q. They are states: one power iteration per training pass moves them, as in PyTorch's
 * `spectral_norm`. They are constants in derivatives. The extras have `sigma`. The parameter `w` is [inputs + 1, outputs].
 * The bias in its last row is not divided.
 *
 * - `inputs`: the width of the rows.
 * - `outputs`: the number of units.
 * - `settings`: see {@link DenseSettings}; optional.
 *
 * @throws {@link ShapeError} if a size is not a positive integer; when the module is applied, if the input has another
 *   width.
 * @throws {@link GraphError} if a setting or the activation is unknown.
 * @function
 * @category Models: layers
 */
export const spectralNorm = defModule({
  name: "spectralNorm",
  options: (inputs: number, outputs: number, settings: DenseSettings = {}): DenseOptions =>
    normedOptions("spectralNorm", inputs, outputs, settings),
  params: ({ inputs, outputs, init }) => ({
    w: param([inputs + 1, outputs], biasRow(init), { decay: "all but the last row" }),
    left: state([inputs], singular(init, "left", inputs, outputs)),
    right: state([outputs], singular(init, "right", inputs, outputs)),
  }),
  // As PyTorch's `parametrizations.spectral_norm`.
  torch: ({ inputs, outputs }) => ({
    params: {
      w: torchAffine([inputs, outputs], ["parametrizations.weight.original", "bias"]),
      left: [{ name: "parametrizations.weight.0._v", shape: [inputs] }],
      right: [{ name: "parametrizations.weight.0._u", shape: [outputs] }],
    },
  }),
  apply: (params, x, { options, mode, update }) => {
    const { inputs, activation } = options;
    checkWidth("spectralNorm", x, inputs);
    const weights = slice(params.w, [[0, inputs]]);
    const bias = slice(params.w, [[inputs, inputs + 1]]);
    let [left, right]: [Node, Node] = [params.left, params.right];
    if (mode === "train") {
      const fixed = stopGradient(weights);
      left = normed(matmul(fixed, column(right)));
      right = normed(matmul(fixed, column(left), { transposeA: true }));
      update(params.left, left);
      update(params.right, right);
    }
    const sigma = sigmaOf(weights, left, right);
    const preActivation = affine(x, concat([div(weights, sigma), bias], 0));
    return {
      response: activation === null ? preActivation : activation(preActivation),
      preActivation,
      extras: { sigma },
    };
  },
});

/** Returns p'Wq, a scalar. */
function sigmaOf(weights: Node, left: Node, right: Node): Node {
  const product = matmul(weights, column(right));
  return sum(matmul(column(left), product, { transposeA: true }));
}

function column(v: Node): Node {
  return reshape(v, [-1, 1]);
}

/** Returns a vector of length 1 in the direction of a vector. */
function normed(v: Node): Node {
  const flat = reshape(v, [-1]);
  return div(flat, maximum(sqrt(sum(square(flat))), epsilon));
}

/**
 * Returns an initialiser of a singular vector of the weight that `init` draws for the parameter `w` of the same module. It
 * uses power iterations.
 */
function singular(
  init: Initializer,
  side: "left" | "right",
  inputs: number,
  outputs: number,
): Initializer {
  return (context: InitContext) => {
    const shape = [inputs, outputs];
    const w = init({ ...context, path: besides(context.path, "w"), shape });
    const at = (i: number, j: number) => w[i * outputs + j] as number;
    let left: number[] = [];
    let right = unit(Array.from({ length: outputs }, (_, j) => 1 + j / outputs));
    for (let turn = 0; turn < firstTurns; turn++) {
      left = unit(Array.from({ length: inputs }, (_, i) => dot(right, (j) => at(i, j))));
      right = unit(Array.from({ length: outputs }, (_, j) => dot(left, (i) => at(i, j))));
    }
    return side === "left" ? left : right;
  };
}

/** Returns the product of a vector with the numbers of a function. */
function dot(v: readonly number[], of: (k: number) => number): number {
  return v.reduce((total, value, k) => total + value * of(k), 0);
}

/** Returns a list of numbers as a vector of length 1. */
function unit(v: readonly number[]): number[] {
  const length = Math.max(Math.hypot(...v), epsilon);
  return v.map((value) => value / length);
}
