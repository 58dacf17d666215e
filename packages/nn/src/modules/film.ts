import { add, affine, mul, type Node, reshape, slice } from "@metrigrad/graph";
import { type Initializer, ShapeError, showShape } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import type { AnyModule, Module } from "../core/module.ts";
import { param } from "../core/parameter.ts";
import { biasRow } from "../init/biasRow.ts";
import { glorotUniform } from "../init/glorot.ts";
import { checkSettings } from "./checkSettings.ts";
import { inputParts } from "./inputParts.ts";

/**
 * The input of {@link film} and {@link hyperDense}: a value and its condition.
 *
 * @category Models: layers
 */
export interface Conditioned {
  /** The value, [n, …]. */
  readonly x: Node;
  /** The condition, [n, conditions], or the input of `network`; samples first. */
  readonly condition: Node;
}

/**
 * Settings of {@link film}.
 *
 * @category Models: layers
 */
export interface FilmSettings {
  /** A module that maps the condition to [n, conditions]; by default the condition is taken as it is. */
  readonly network?: Module;
  /** The axis of x that has the features; the last by default, 1 for images [n, c, h, w]. */
  readonly axis?: number;
  /** The initialiser of the weights [conditions, 2·features]; {@link glorotUniform} by default. The bias begins at 0. */
  readonly init?: Initializer;
}

/**
 * Options of feature-wise linear modulation.
 *
 * @category Models: layers
 */
export interface FilmOptions {
  /** The number of features of x. */
  readonly features: number;
  /** The width of the condition, after `network` if there is one. */
  readonly conditions: number;
  /** The module that maps the condition; null for none. */
  readonly network: Module | null;
  /** The axis of x that has the features; negative axes count from the end. */
  readonly axis: number;
  /** The initialiser of the weights [conditions, 2·features]. */
  readonly init: Initializer;
}

/**
 * Makes feature-wise linear modulation, (1 + γ)∘x + β, where γ and β are linear in a condition (Perez et al. 2018).
 *
 * γ is the Δγ of that paper, so the module begins near the identity. The input is `{ x, condition }` with x [n, …,
 * features] and condition [n, conditions]. With `network`, the condition is what the network takes. The parameter `w` is
 * [conditions + 1, 2·features]. The first half of its columns gives γ, the second half β, and the last row is the bias.
 *
 * - `features`: the number of features of x.
 * - `conditions`: the width of the condition, after `network` if there is one.
 * - `settings`: see {@link FilmSettings}; optional.
 *
 * @throws {@link ShapeError} if a size is not a positive integer; when the module is applied, if an input has another
 *   shape.
 * @throws {@link GraphError} if a setting or a part of the input has an unknown name.
 * @function
 * @category Models: layers
 */
export const film = defModule({
  name: "film",
  options: (features: number, conditions: number, settings: FilmSettings = {}): FilmOptions => {
    checkSettings("film", settings, ["network", "axis", "init"]);
    const { network = null, axis = -1, init = glorotUniform } = settings;
    const whole = [features, conditions].every((size) => Number.isInteger(size) && size > 0);
    if (!whole || !Number.isInteger(axis)) {
      throw new ShapeError({
        where: "film",
        must: "features and conditions must be positive integers, and axis an integer",
        got: `${features}, ${conditions} and ${axis}`,
        todo: "call film(features, conditions, { network })",
      });
    }
    return Object.freeze({ features, conditions, network, axis, init });
  },
  params: ({ features, conditions, init }) => ({
    w: param([conditions + 1, 2 * features], biasRow(init), { decay: "all but the last row" }),
  }),
  children: ({ network }): { readonly [name: string]: AnyModule } =>
    network === null ? {} : { network },
  apply: ({ w }, given: Conditioned, { options, call }) => {
    const { x, condition } = inputParts<Conditioned>("film", given, {
      needed: ["x", "condition"],
    });
    const { features, conditions, network, axis } = options;
    const c = network === null ? condition : call(network, condition);
    const at = axis < 0 ? axis + x.shape.length : axis;
    const fits = c.shape.length === 2 && c.shape[0] === x.shape[0] && c.shape[1] === conditions;
    if (!fits || at < 1 || x.shape[at] !== features) {
      throw new ShapeError({
        where: "film",
        must: `x must be [n, …] with ${features} features on axis ${axis}, and the condition [n, ${conditions}]`,
        got: `${showShape(x.shape)} and ${showShape(c.shape)}`,
        todo: "check the sizes, or pass a network that gives them",
      });
    }
    const modulation = affine(c, w);
    const shape = x.shape.map((size, k) => (k === 0 || k === at ? size : 1));
    const half = (first: number) =>
      reshape(slice(modulation, [null, [first, first + features]]), shape);
    const response = add(mul(x, add(half(0), 1)), half(features));
    return { response, preActivation: modulation };
  },
});
