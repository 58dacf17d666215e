import { affine, augment, matmul, type Node, reshape } from "@metrigrad/graph";
import { type Initializer, ShapeError, showShape } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import type { AnyModule, Module } from "../core/module.ts";
import { param } from "../core/parameter.ts";
import { glorotUniform } from "../init/glorot.ts";
import { type Activation, activationOf } from "./activationOf.ts";
import { checkSettings } from "./checkSettings.ts";
import type { Conditioned } from "./film.ts";
import { inputParts } from "./inputParts.ts";

/**
 * Settings of {@link hyperDense}.
 *
 * @category Models: layers
 */
export interface HyperDenseSettings {
  /** A module that maps the condition to [n, conditions]; by default the condition is taken as it is. */
  readonly network?: Module;
  /** The activation: an op, or the name of one of metrigrad's; none by default, which gives a linear layer. */
  readonly activation?: Activation | string;
  /** The initialiser of the layer's weights [inputs, outputs] at a condition of 0; {@link glorotUniform} by default. */
  readonly init?: Initializer;
}

/**
 * Options of a dense layer whose weights are made from a condition.
 *
 * @category Models: layers
 */
export interface HyperDenseOptions {
  /** The width of the rows. */
  readonly inputs: number;
  /** The number of units. */
  readonly outputs: number;
  /** The width of the condition, after `network` if there is one. */
  readonly conditions: number;
  /** The module that maps the condition; null for none. */
  readonly network: Module | null;
  /** The activation; null for a linear layer. */
  readonly activation: Activation | null;
  /** The initialiser of the layer's weights at a condition of 0. */
  readonly init: Initializer;
}

/**
 * Makes a dense layer h = f(X̃W_s) whose weights are made for every sample s from a condition (a hypernetwork: Ha et al.
 * 2017).
 *
 * W_s = Σ_k c̃_sk V_k, where c̃ is the condition with a last element 1. The input is `{ x, condition }` with x [n, …,
 * inputs] and condition [n, conditions]. With `network`, the condition is what the network takes. The response is [n, …,
 * outputs]. The parameter `v` is [conditions + 1, (inputs + 1)·outputs]. Each of its rows is a flattened weight [inputs +
 * 1, outputs], and the last row is the bias of the conditions. All other rows begin at 0, so the layer begins as a dense
 * layer that no condition changes.
 *
 * - `inputs`: the width of the rows.
 * - `outputs`: the number of units.
 * - `conditions`: the width of the condition, after `network` if there is one.
 * - `settings`: see {@link HyperDenseSettings}; optional.
 *
 * @throws {@link ShapeError} if a size is not a positive integer; when the module is applied, if an input has another
 *   shape.
 * @throws {@link GraphError} if a setting, a part of the input or the activation is unknown.
 * @function
 * @category Models: layers
 */
export const hyperDense = defModule({
  name: "hyperDense",
  options: (
    inputs: number,
    outputs: number,
    conditions: number,
    settings: HyperDenseSettings = {},
  ): HyperDenseOptions => {
    checkSettings("hyperDense", settings, ["network", "activation", "init"]);
    const { network = null, init = glorotUniform } = settings;
    const sizes = [inputs, outputs, conditions];
    if (!sizes.every((size) => Number.isInteger(size) && size > 0)) {
      throw new ShapeError({
        where: "hyperDense",
        must: "inputs, outputs and conditions must be positive integers",
        got: sizes.join(", "),
        todo: "call hyperDense(inputs, outputs, conditions, { network })",
      });
    }
    const activation = activationOf("hyperDense", settings.activation);
    return Object.freeze({ inputs, outputs, conditions, network, activation, init });
  },
  params: ({ inputs, outputs, conditions, init }) => ({
    v: param(
      [conditions + 1, (inputs + 1) * outputs],
      lastRow(init, [inputs, outputs], conditions),
      { decay: "all" },
    ),
  }),
  children: ({ network }): { readonly [name: string]: AnyModule } =>
    network === null ? {} : { network },
  apply: ({ v }, given: Conditioned, { options, call }) => {
    const { x, condition } = inputParts<Conditioned>("hyperDense", given, {
      needed: ["x", "condition"],
    });
    const { inputs, outputs, conditions, network, activation } = options;
    const c = network === null ? condition : call(network, condition);
    const [n = 0] = x.shape;
    const fits = c.shape.length === 2 && c.shape[0] === n && c.shape[1] === conditions;
    if (!fits || x.shape.length < 2 || x.shape.at(-1) !== inputs) {
      throw new ShapeError({
        where: "hyperDense",
        must: `x must be [n, …, ${inputs}], and the condition [n, ${conditions}]`,
        got: `${showShape(x.shape)} and ${showShape(c.shape)}`,
        todo: "check the sizes, or pass a network that gives them",
      });
    }
    const weights = reshape(affine(c, v), [n, inputs + 1, outputs]);
    const rows = augment(reshape(x, [-1, inputs]));
    const product: Node = matmul(reshape(rows, [n, -1, inputs + 1]), weights);
    const preActivation = reshape(product, [...x.shape.slice(0, -1), outputs]);
    const response = activation === null ? preActivation : activation(preActivation);
    return { response, preActivation };
  },
});

/** Returns an initialiser of zeros, with a weight and a bias of 0 in the last row. */
function lastRow(
  init: Initializer,
  [inputs, outputs]: readonly [number, number],
  conditions: number,
): Initializer {
  return (context) => {
    const size = (inputs + 1) * outputs;
    const values = new Float64Array((conditions + 1) * size);
    values.set(Array.from(init({ ...context, shape: [inputs, outputs] })), conditions * size);
    return values;
  };
}
