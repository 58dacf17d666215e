import { equal, gather, type Node, reshape, where } from "@metrigrad/graph";
import { type Initializer, ShapeError, sizeOf } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import { param } from "../core/parameter.ts";
import { normalInit } from "../init/normal.ts";
import { checkSettings } from "./checkSettings.ts";

/** What `embedding` takes beside its sizes. */
export interface EmbeddingSettings {
  /** The token that stands for nothing; none by default. */
  readonly paddingIndex?: number;
  /** Initial table [vocabulary, features]; standard normal by default, as in PyTorch. */
  readonly init?: Initializer;
}

/** Options of an embedding. */
export interface EmbeddingOptions {
  readonly vocabulary: number;
  readonly features: number;
  readonly paddingIndex: number | null;
  readonly init: Initializer;
}

/**
 * A row of a table for every token: i32 [n, …] → [n, …, features], parameter `table` [vocabulary, features]. Tokens out of
 * range are clamped. The row of the padding index reads as zero, whatever the table has there (PyTorch's is a row that begins at zero), takes no
 * gradient and has no metric. Its Fisher information is
 * diagonal: how often each row is looked up, per sample.
 * @throws ShapeError for sizes that are not positive integers, a padding index out of range, and tokens that are not i32
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

/** A table whose row of the padding index is zero. */
function withoutRow(init: Initializer, row: number | null): Initializer {
  if (row === null) return init;
  return (context) => {
    const values = Float64Array.from(init(context));
    const width = sizeOf(context.shape.slice(1));
    return values.fill(0, row * width, (row + 1) * width);
  };
}
