import { add, gather, iota } from "@metrigrad/graph";
import { type Initializer, ShapeError } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import { param } from "../core/parameter.ts";
import { normalInit } from "../init/normal.ts";
import { checkSettings } from "./checkSettings.ts";

/** What `positionalEmbedding` takes beside its sizes. */
export interface PositionalEmbeddingSettings {
  /** Initial table [length, features]; normal of deviation 0.02 by default, as in GPT-2. */
  readonly init?: Initializer;
}

/** Options of a positional embedding. */
export interface PositionalEmbeddingOptions {
  readonly length: number;
  readonly features: number;
  readonly init: Initializer;
}

/**
 * x + P[0 … T − 1] for sequences x [n, T, features], T up to `length`: a learned vector for every position (Gehring et al.
 * 2017, arXiv 1705.03122), parameter `table` [length, features]. Its Fisher information is 1 for every position that is
 * there and 0 for the others. The penalty of L2 leaves it out.
 * @throws ShapeError for sizes that are not positive integers, and inputs of other width or longer than the table
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
