import { add, affine, mul, type Node, reshape, slice } from "@metrigrad/graph";
import { type Initializer, ShapeError, showShape } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import type { AnyModule, Module } from "../core/module.ts";
import { param } from "../core/parameter.ts";
import { biasRow } from "../init/biasRow.ts";
import { glorotUniform } from "../init/glorot.ts";
import { checkSettings } from "./checkSettings.ts";
import { inputParts } from "./inputParts.ts";

/** What `film` takes: what is modulated, and what by; samples first. */
export interface Conditioned {
  readonly x: Node;
  readonly condition: Node;
}

/** What `film` takes beside its sizes. */
export interface FilmSettings {
  /** What maps the condition to [n, conditions]; none by default: the condition itself. */
  readonly network?: Module;
  /** The axis of x that has the features: the last by default; 1 for images [n, c, h, w]. */
  readonly axis?: number;
  /** Initial weights [conditions, 2·features]; Glorot's uniform by default. The bias starts at 0. */
  readonly init?: Initializer;
}

/** Options of feature-wise linear modulation. */
export interface FilmOptions {
  readonly features: number;
  readonly conditions: number;
  readonly network: Module | null;
  readonly axis: number;
  readonly init: Initializer;
}

/**
 * (1 + γ)∘x + β with (γ, β) = X̃W of a condition, per feature (Perez et al. 2018; γ is their Δγ, so that the module
 * begins near the identity): `{ x, condition }` with x [n, …, features] and condition [n, conditions], or
 * what `network` makes that of. Parameter `w` is [conditions + 1, 2·features]: γ in the first half of the columns, β in the
 * second, the bias in the last row.
 * @throws ShapeError for sizes that are not positive integers, and inputs of other shapes
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
