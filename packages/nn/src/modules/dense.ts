import { affine } from "@metrigrad/graph";
import { type Initializer, ShapeError } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import { param } from "../core/parameter.ts";
import { biasRow } from "../init/biasRow.ts";
import { glorotUniform } from "../init/glorot.ts";
import { torchAffine } from "../torch/layout.ts";
import { type Activation, activationOf } from "./activationOf.ts";
import { checkSettings } from "./checkSettings.ts";

/**
 * Settings of {@link dense} and of layers like it.
 *
 * @category Models: layers
 */
export interface DenseSettings {
  /** The activation: an op, or the name of one of metrigrad's; none by default, which gives a linear layer. */
  readonly activation?: Activation | string;
  /** The initialiser of the weights [in, out]; {@link glorotUniform} by default. The bias begins at 0. */
  readonly init?: Initializer;
}

/** The names of the settings. */
export const denseNames = ["activation", "init"] as const;

/**
 * Options of a dense layer.
 *
 * @category Models: layers
 */
export interface DenseOptions {
  /** The width of the rows. */
  readonly inputs: number;
  /** The number of units. */
  readonly outputs: number;
  /** The activation; null for a linear layer. */
  readonly activation: Activation | null;
  /** The initialiser of the weights [in, out]. */
  readonly init: Initializer;
}

/**
 * Makes a dense layer: h = f(X̃W), where X̃ is x with a column of ones and f the activation.
 *
 * It maps x [n, …, inputs] to [n, …, outputs]. Axes between the first and the last, such as time, share the weights. The
 * parameter `w` is [inputs + 1, outputs] with the bias in its last row. An L2 penalty leaves the bias out.
 *
 * {@includeCode ../../../../examples/api/nn/dense.ts#example}
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
export const dense = defModule({
  name: "dense",
  options: (inputs: number, outputs: number, settings: DenseSettings = {}): DenseOptions => {
    checkSettings("dense", settings, denseNames);
    for (const size of [inputs, outputs]) {
      if (Number.isInteger(size) && size > 0) continue;
      throw new ShapeError({
        where: "dense",
        must: "inputs and outputs must be positive integers",
        got: String(size),
        todo: "call dense(inputs, outputs, { activation })",
      });
    }
    const activation = activationOf("dense", settings.activation);
    return Object.freeze({ inputs, outputs, activation, init: settings.init ?? glorotUniform });
  },
  params: ({ inputs, outputs, init }) => ({
    w: param([inputs + 1, outputs], biasRow(init), { decay: "all but the last row" }),
  }),
  torch: ({ inputs, outputs }) => ({ params: { w: torchAffine([inputs, outputs]) } }),
  apply: ({ w }, x, { options }) => {
    if (x.shape.length < 2 || x.shape.at(-1) !== options.inputs) {
      throw new ShapeError({
        where: "dense",
        must: `its input must be [n, ${options.inputs}], or [n, …, ${options.inputs}]`,
        got: `[${x.shape.join(", ")}]`,
        todo: "check the sizes of the layers before it",
      });
    }
    const preActivation = affine(x, w);
    const response =
      options.activation === null ? preActivation : options.activation(preActivation);
    return { response, preActivation };
  },
});
