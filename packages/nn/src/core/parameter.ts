import {
  checkNames,
  checkShape,
  GraphError,
  type Initializer,
  type Shape,
  type VariableSpec,
} from "@metrigrad/tensor";

/**
 * The part of a parameter that an L2 penalty covers. Rows are the rows of its matrices, the last two axes.
 *
 * @category Models: own modules
 */
export type Decay = "all" | "all but the last row" | "none";

const decays: readonly Decay[] = ["all", "all but the last row", "none"];

/**
 * A parameter or a running statistic of a module.
 *
 * The object is its identity. It has the same value in every model that it is a part of. A module that gets the parameter
 * of another module shares it.
 *
 * @category Models: own modules
 */
export interface ParameterSpec extends VariableSpec {
  /** Always null: the place in a model gives the path. */
  readonly path: null;
  /** The type of the values, always "float". */
  readonly type: "float";
  /** The role: the optimizer moves a parameter, the module itself moves a statistic ("state"). */
  readonly role: "parameter" | "state";
  /** The part that an L2 penalty covers. */
  readonly decay: Decay;
}

/**
 * Makes a trainable parameter.
 *
 * Make one outside of a module to share it between several modules.
 *
 * {@includeCode ../../../../examples/api/nn/param.ts#example}
 *
 * @param shape - The sizes per axis; [in + 1, out] for a weight with the bias in its last row.
 * @param init - The initialiser: a function of the path, the seed and the shape that gives the initial values.
 * @param options - `decay`, the part that an L2 penalty covers: all of it by default.
 * @returns A new parameter.
 * @throws {@link ShapeError} if a size is negative or not an integer.
 * @throws {@link GraphError} for an unknown option, and for a decay that there is not.
 * @category Models: own modules
 */
export function param(
  shape: Shape,
  init: Initializer,
  options: { readonly decay?: Decay } = {},
): ParameterSpec {
  checkNames("param", options, ["decay"], GraphError);
  const { decay = "all" } = options;
  if (decays.includes(decay)) return made("parameter", shape, init, decay);
  throw new GraphError({
    where: "param",
    must: `decay must be among ${decays.map((one) => JSON.stringify(one)).join(", ")}`,
    got: JSON.stringify(decay) ?? String(decay),
    todo: 'leave it out for "all"',
  });
}

/**
 * Makes a value that the module itself moves during training, such as a running mean.
 *
 * @param shape - The sizes per axis.
 * @param init - The initialiser, which gives the initial values.
 * @returns A new statistic.
 * @throws {@link ShapeError} if a size is negative or not an integer.
 * @category Models: own modules
 */
export function state(shape: Shape, init: Initializer): ParameterSpec {
  return made("state", shape, init, "none");
}

/** Returns a parameter or a statistic. Throws ShapeError. */
function made(
  role: ParameterSpec["role"],
  shape: Shape,
  init: Initializer,
  decay: Decay,
): ParameterSpec {
  checkShape(role === "parameter" ? "param" : "state", shape);
  return Object.freeze({ path: null, shape: [...shape], type: "float", role, init, decay });
}
