import { add, gather, iota } from "@metrigrad/graph";
import { type Initializer, ShapeError } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import { param } from "../core/parameter.ts";
import { normalInit } from "../init/normal.ts";
import { checkSettings } from "./checkSettings.ts";

/**
 * Settings of {@link positionalEmbedding}.
 *
 * @category Models: layers
 */
export interface PositionalEmbeddingSettings {
  /** The initialiser of the table [length, features]; normal with deviation 0.02 by default, as in GPT-2. */
  readonly init?: Initializer;
}

/**
 * Options of a positional embedding.
 *
 * @category Models: layers
 */
export interface PositionalEmbeddingOptions {
  /** The largest number of positions. */
  readonly length: number;
  /** The width of the sequence. */
  readonly features: number;
  /** The initialiser of the table. */
  readonly init: Initializer;
}

/**
 * Makes a positional embedding, x + P: it adds a learned vector for every position (Gehring et al. 2017, arXiv 1705.03122).
 *
 * It maps sequences x [n, T, features] with T ≤ `length` to the same shape. The parameter `table` is [length, features],
 * and an L2 penalty leaves it out. Its Fisher information is 1 for positions that are present and 0 for the others.
 *
 * - `length`: the largest number of positions.
 * - `features`: the width of the sequence.
 * - `settings`: see {@link PositionalEmbeddingSettings}; optional.
 *
 * @throws {@link ShapeError} if a size is not a positive integer; when the module is applied, if the input is longer than
 *   the table or of another width.
 * @throws {@link GraphError} if a setting is unknown.
 * @function
 * @category Models: layers
 */
export const positionalEmbedding = defModule({
  name: "positionalEmbedding",
  options: (
    length: number,
    features: number,
    settings: PositionalEmbeddingSettings = {},
  ): PositionalEmbeddingOptions => {
    checkSettings("positionalEmbedding", settings, ["init"]);
    const { init = normalInit(0.02) } = settings;
    if ([length, features].every((size) => Number.isInteger(size) && size > 0)) {
      return Object.freeze({ length, features, init });
    }
    throw new ShapeError({
      where: "positionalEmbedding",
      must: "length and features must be positive integers",
      got: `${length} and ${features}`,
      todo: "call positionalEmbedding(128, 64)",
    });
  },
  params: ({ length, features, init }) => ({
    table: param([length, features], init, { decay: "none" }),
  }),
  apply: ({ table }, x, { options: { length, features } }) => {
    const [, steps = 0, width] = x.shape;
    if (x.shape.length !== 3 || width !== features || steps > length || steps === 0) {
      throw new ShapeError({
        where: "positionalEmbedding",
        must: `its input must be [n, T, ${features}] with T up to ${length}`,
        got: `[${x.shape.join(", ")}]`,
        todo: "make the table longer, or check the width of the embedding before it",
      });
    }
    return add(x, gather(table, iota(steps)));
  },
});
