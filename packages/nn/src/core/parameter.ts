import { checkShape, type Initializer, type Shape, type VariableSpec } from "@metrigrad/tensor";

/** Which part of a parameter an L2 penalty covers. Rows are those of its matrices, the last two axes. */
export type Decay = "all" | "all but the last row" | "none";

/**
 * A parameter or a running statistic of a module. The object is its identity: it has the same value
 * in every model that it is a part of, and a module that is given the parameter of another one shares it.
 */
export interface ParameterSpec extends VariableSpec {
  readonly path: null;
  readonly type: "float";
  /** Statistics are moved by the module, parameters by the optimizer. */
  readonly role: "parameter" | "state";
  readonly decay: Decay;
}

/**
 * A trainable parameter. Make one outside of a module to share it between several.
 * @param shape sizes per axis; [in + 1, out] for a weight with the bias in its last row
 * @param init its initial value
 * @param options `decay`: what L2 covers, all of it by default
 * @returns a new parameter
 * @throws ShapeError for sizes that are negative or no integers
 */
export function param(
  shape: Shape,
  init: Initializer,
  options: { readonly decay?: Decay } = {},
): ParameterSpec {
  return made("parameter", shape, init, options.decay ?? "all");
}

/**
 * A value that the module itself updates during training, such as a running mean.
 * @param shape sizes per axis
 * @param init its initial value
 * @returns a new statistic
 * @throws ShapeError for sizes that are negative or no integers
 */
export function state(shape: Shape, init: Initializer): ParameterSpec {
  return made("state", shape, init, "none");
}

function made(
  role: ParameterSpec["role"],
  shape: Shape,
  init: Initializer,
  decay: Decay,
): ParameterSpec {
  checkShape(role === "parameter" ? "param" : "state", shape);
  return Object.freeze({ path: null, shape: [...shape], type: "float", role, init, decay });
}
