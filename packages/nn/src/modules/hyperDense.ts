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

/** What `hyperDense` takes beside its sizes. */
export interface HyperDenseSettings {
  /** What maps the condition to [n, conditions]; none by default: the condition itself. */
  readonly network?: Module;
  /** An op, or the name of one of metrigrad's; none by default: a linear layer. */
  readonly activation?: Activation | string;
  /** Initial weights [inputs, outputs] of the layer where the condition is 0; Glorot's uniform by default. */
  readonly init?: Initializer;
}

/** Options of a layer whose weights another module makes. */
export interface HyperDenseOptions {
  readonly inputs: number;
  readonly outputs: number;
  readonly conditions: number;
  readonly network: Module | null;
  readonly activation: Activation | null;
  readonly init: Initializer;
}

/**
 * A dense layer h = f(X̃W_s) whose weights are made for every sample, W_s = Σ_k c̃_sk V_k of a condition
 * c (a hypernetwork: Ha et al. 2017): `{ x, condition }` with x [n, …, inputs] and condition [n, conditions], or what `network`
 * makes that of. Parameter `v` is [conditions + 1, (inputs + 1)·outputs], a flattened weight [inputs + 1, outputs] in every row, the
 * one of the bias in the last. It begins as a dense layer that no condition changes: all other rows are 0.
 * @throws ShapeError for sizes that are not positive integers, and inputs of other shapes
 * @throws GraphError for an unknown activation
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

/** All zeros, and in the last row a weight with a bias of 0. */
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
