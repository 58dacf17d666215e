import type { Initializer, Shape } from "@metrigrad/tensor";

/** Which part of a parameter an L2 penalty covers. */
export type Decay = "all" | "all but the last row" | "none";

/** A parameter or a running statistic of a module, before it has a path. */
export interface ParameterSpec {
  readonly shape: Shape;
  readonly init: Initializer;
  /** Statistics are moved by the module, parameters by the optimizer. */
  readonly role: "parameter" | "state";
  readonly decay: Decay;
}

/** A trainable parameter; L2 covers all of it unless said otherwise. */
export function param(
  shape: Shape,
  init: Initializer,
  options: { readonly decay?: Decay } = {},
): ParameterSpec {
  return Object.freeze({ shape, init, role: "parameter", decay: options.decay ?? "all" });
}

/** A value that the module itself updates during training, such as a running mean. */
export function state(shape: Shape, init: Initializer): ParameterSpec {
  return Object.freeze({ shape, init, role: "state", decay: "none" });
}
