import { affine, concat, div, mul, type Node, slice, sqrt, square, sum } from "@metrigrad/graph";
import { type Initializer, ShapeError, showShape } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import { param } from "../core/parameter.ts";
import { biasRow } from "../init/biasRow.ts";
import { glorotUniform } from "../init/glorot.ts";
import { torchAffine } from "../torch/layout.ts";
import { activationOf } from "./activationOf.ts";
import { checkSettings } from "./checkSettings.ts";
import { type DenseOptions, type DenseSettings, denseNames } from "./dense.ts";

/**
 * Makes a dense layer h = f(X̃W) whose columns are given by length and direction, w_j = g_j v_j/‖v_j‖ (Salimans and Kingma
 * 2016).
 *
 * It maps x [n, …, inputs] to [n, …, outputs]. The parameter `v` [inputs + 1, outputs] has the directions. The bias in its
 * last row is not normalised. The parameter `g` [outputs] has the lengths, which begin as those of `v`. It is PyTorch's
 * `weight_norm` with one length per output.
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
export const weightNorm = defModule({
  name: "weightNorm",
  options: (inputs: number, outputs: number, settings: DenseSettings = {}): DenseOptions =>
    normedOptions("weightNorm", inputs, outputs, settings),
  params: ({ inputs, outputs, init }) => ({
    v: param([inputs + 1, outputs], biasRow(init), { decay: "none" }),
    g: param([outputs], lengthsOf(init, inputs), { decay: "all" }),
  }),
  // As PyTorch's `parametrizations.weight_norm`.
  torch: ({ inputs, outputs }) => ({
    params: {
      v: torchAffine([inputs, outputs], ["parametrizations.weight.original1", "bias"]),
      g: [{ name: "parametrizations.weight.original0", shape: [outputs, 1] }],
    },
  }),
  apply: ({ v, g }, x, { options }) => {
    checkWidth("weightNorm", x, options.inputs);
    const { directions, bias, norms } = directionsOf(v);
    const w = concat([mul(directions, div(g, norms)), bias], 0);
    const preActivation = affine(x, w);
    const { activation } = options;
    return {
      response: activation === null ? preActivation : activation(preActivation),
      preActivation,
    };
  },
});

/** Returns the directions of `v` [in, out], their lengths [out], and the bias [1, out]. */
export function directionsOf(v: Node) {
  const inputs = (v.shape[0] as number) - 1;
  const directions = slice(v, [[0, inputs]]);
  const bias = slice(v, [[inputs, inputs + 1]]);
  return { directions, bias, norms: sqrt(sum(square(directions), { axis: 0 })) };
}

/** Returns an initialiser of the lengths of the columns that `init` draws for the parameter `v` of the same module. */
function lengthsOf(init: Initializer, inputs: number): Initializer {
  return (context) => {
    const { shape, path } = context;
    const [outputs = 0] = shape;
    const drawn = init({ ...context, path: besides(path, "v"), shape: [inputs, outputs] });
    return Float64Array.from({ length: outputs }, (_, j) => {
      return Math.hypot(
        ...Array.from({ length: inputs }, (_, i) => drawn[i * outputs + j] as number),
      );
    });
  };
}

/** Returns the path of another parameter of the same module. */
export function besides(path: string, name: string): string {
  return path.replace(/[^/]*$/, name);
}

/** Returns the options of a dense layer with another parametrisation. Throws ShapeError and GraphError. */
export function normedOptions(
  where: string,
  inputs: number,
  outputs: number,
  settings: DenseSettings,
): DenseOptions {
  checkSettings(where, settings, denseNames);
  if (![inputs, outputs].every((size) => Number.isInteger(size) && size > 0)) {
    throw new ShapeError({
      where,
      must: "inputs and outputs must be positive integers",
      got: `${inputs} and ${outputs}`,
      todo: `call ${where}(inputs, outputs, { activation })`,
    });
  }
  const activation = activationOf(where, settings.activation);
  return Object.freeze({ inputs, outputs, activation, init: settings.init ?? glorotUniform });
}

/** Throws ShapeError unless x is [n, …, inputs]. */
export function checkWidth(where: string, { shape }: Node, inputs: number): void {
  if (shape.length >= 2 && shape.at(-1) === inputs) return;
  throw new ShapeError({
    where,
    must: `its input must be [n, ${inputs}], or [n, …, ${inputs}]`,
    got: showShape(shape),
    todo: "check the sizes of the modules before it",
  });
}
