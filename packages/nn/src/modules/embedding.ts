import { equal, gather, type Node, reshape, where } from "@metrigrad/graph";
import { type Initializer, ShapeError, sizeOf } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import { param } from "../core/parameter.ts";
import { normalInit } from "../init/normal.ts";
import { checkSettings } from "./checkSettings.ts";

/**
 * Settings of {@link embedding}.
 *
 * @category Models: layers
 */
export interface EmbeddingSettings {
  /** The token of padding; none by default. */
  readonly paddingIndex?: number;
  /** The initialiser of the table [vocabulary, features]; standard normal by default, as in PyTorch. */
  readonly init?: Initializer;
}

/**
 * Options of an embedding.
 *
 * @category Models: layers
 */
export interface EmbeddingOptions {
  /** The number of tokens. */
  readonly vocabulary: number;
  /** The width of a row of the table. */
  readonly features: number;
  /** The token of padding; null for none. */
  readonly paddingIndex: number | null;
  /** The initialiser of the table. */
  readonly init: Initializer;
}

/**
 * Makes an embedding: every token reads its row of a table.
 *
 * It maps tokens, i32 [n, …], to [n, …, features]. The parameter `table` is [vocabulary, features]. A token out of range
 * reads the nearest row. The row of the padding index reads as zero whatever the table has there. It gets no gradient and
 * has no metric. In PyTorch that row only begins at zero. The Fisher information of the table is diagonal: how often
 * each row is read, per sample.
 *
 * {@includeCode ../../../../examples/api/nn/embedding.ts#example}
 *
 * - `vocabulary`: the number of tokens.
 * - `features`: the width of a row.
 * - `settings`: see {@link EmbeddingSettings}; optional.
 *
 * @throws {@link ShapeError} if a size is not a positive integer or the padding index is out of range; when the module is
 *   applied, if tokens are not i32.
 * @throws {@link GraphError} if a setting is unknown.
 * @function
 * @category Models: layers
 */
export const embedding = defModule({
  name: "embedding",
  options: (
    vocabulary: number,
    features: number,
    settings: EmbeddingSettings = {},
  ): EmbeddingOptions => {
    checkSettings("embedding", settings, ["paddingIndex", "init"]);
    const { paddingIndex, init = normalInit() } = settings;
    const whole = [vocabulary, features].every((size) => Number.isInteger(size) && size > 0);
    const padding = paddingIndex ?? 0;
    if (whole && Number.isInteger(padding) && padding >= 0 && padding < vocabulary) {
      return Object.freeze({ vocabulary, features, paddingIndex: paddingIndex ?? null, init });
    }
    throw new ShapeError({
      where: "embedding",
      must: "vocabulary and features must be positive integers, and the padding index one of the vocabulary",
      got: `${vocabulary}, ${features} and ${paddingIndex ?? "no padding index"}`,
      todo: "call embedding(10000, 64, { paddingIndex: 0 })",
    });
  },
  params: ({ vocabulary, features, paddingIndex, init }) => ({
    table: param([vocabulary, features], withoutRow(init, paddingIndex)),
  }),
  torch: ({ vocabulary, features }) => ({
    params: { table: [{ name: "weight", shape: [vocabulary, features] }] },
  }),
  apply: ({ table }, tokens: Node, { options: { paddingIndex } }) => {
    if (tokens.type !== "i32") {
      throw new ShapeError({
        where: "embedding",
        must: "tokens must be i32",
        got: tokens.type,
        todo: 'give them as Int32Array, or cast(tokens, "i32")',
      });
    }
    const rows = gather(table, tokens);
    if (paddingIndex === null) return rows;
    return where(reshape(equal(tokens, paddingIndex), [...tokens.shape, 1]), 0, rows);
  },
});

/** Returns an initialiser of a table whose row of the padding index is zero. */
function withoutRow(init: Initializer, row: number | null): Initializer {
  if (row === null) return init;
  return (context) => {
    const values = Float64Array.from(init(context));
    const width = sizeOf(context.shape.slice(1));
    return values.fill(0, row * width, (row + 1) * width);
  };
}
