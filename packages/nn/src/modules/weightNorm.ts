import { affine, concat, div, mul, type Node, slice, sqrt, square, sum } from "@metrigrad/graph";
import { type Initializer, ShapeError, showShape } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import { param } from "../core/parameter.ts";
import { biasRow } from "../init/biasRow.ts";
import { glorotUniform } from "../init/glorot.ts";
import { activationOf } from "./activationOf.ts";
import { checkSettings } from "./checkSettings.ts";
import { type DenseOptions, type DenseSettings, denseNames } from "./dense.ts";

/**
 * A dense layer h = f(X̃W) with the columns of W by length and direction, w_j = g_j v_j/‖v_j‖ (Salimans and Kingma
 * 2016): x [n, …, in] → [n, …, out]. Parameter `v` [in + 1, out] has the directions, and the bias, which is not
 * normalised, in its last row; `g` [out] has the lengths, at first those of v, as PyTorch's `weight_norm`
 * with one length per output.
 * @param inputs width of the rows
 * @param outputs units
 * @param settings `activation` and `init` as of `dense`
 * @throws ShapeError for sizes that are not positive integers and inputs of another width
 * @throws GraphError for an unknown activation
 */
export const weightNorm = defModule({
  name: "weightNorm",
  options: (inputs: number, outputs: number, settings: DenseSettings = {}): DenseOptions =>
    normedOptions("weightNorm", inputs, outputs, settings),
  params: ({ inputs, outputs, init }) => ({
    v: param([inputs + 1, outputs], biasRow(init), { decay: "none" }),
    g: param([outputs], lengthsOf(init, inputs), { decay: "all" }),
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

/** The directions [in, out] of `v`, their lengths [out], and the bias [1, out]. */
export function directionsOf(v: Node) {
  const inputs = (v.shape[0] as number) - 1;
  const directions = slice(v, [[0, inputs]]);
  const bias = slice(v, [[inputs, inputs + 1]]);
  return { directions, bias, norms: sqrt(sum(square(directions), { axis: 0 })) };
}

/** The lengths of the columns that `init` draws for the `v` beside it. */
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

/** The path of another parameter of the same module. */
export function besides(path: string, name: string): string {
  return path.replace(/[^/]*$/, name);
}

/** Options of a dense layer with another parametrisation. Throws ShapeError and GraphError. */
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
