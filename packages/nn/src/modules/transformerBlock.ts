import { add, isNode, type Node } from "@metrigrad/graph";
import { GraphError } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import type { Module } from "../core/module.ts";
import { type Activation, activationOf } from "./activationOf.ts";
import { attention } from "./attention.ts";
import type { AttentionInput } from "./attentionInput.ts";
import { checkSettings } from "./checkSettings.ts";
import { dense } from "./dense.ts";
import { dropout } from "./dropout.ts";
import { inputParts } from "./inputParts.ts";
import { layerNorm } from "./layerNorm.ts";

/**
 * Settings of {@link transformerBlock}.
 *
 * @category Models: layers
 */
export interface TransformerSettings {
  /** The width of the feed-forward layer; 4 times the features by default. */
  readonly width?: number;
  /** The activation of the feed-forward layer: an op or a name; relu by default. */
  readonly activation?: Activation | string;
  /** The rate of dropout in attention, in the feed-forward layer and before each sum, in [0, 1); 0.1 by default. */
  readonly dropout?: number;
  /** Whether normalisation comes before attention and feed-forward, instead of after their sums; false by default. */
  readonly normFirst?: boolean;
  /** Whether a position attends only to positions up to itself; false by default. */
  readonly causal?: boolean;
  /** Whether the block attends to a memory too; false by default. */
  readonly memory?: boolean;
  /** The width of the memory; `features` by default. */
  readonly memoryFeatures?: number;
  /** Rotary positions within the sequence; `true` takes the base 10,000; none by default. */
  readonly rotary?: boolean | { readonly base: number };
  /** The number ε of the normalisations; 1e-5 by default. */
  readonly epsilon?: number;
}

/** The names of the settings. */
export const transformerNames = [
  "width",
  "activation",
  "dropout",
  "normFirst",
  "causal",
  "memory",
  "memoryFeatures",
  "rotary",
  "epsilon",
] as const;

/**
 * Options of a transformer block: the modules that it is made of.
 *
 * @category Models: layers
 */
export interface TransformerBlockOptions {
  /** The width of the sequence. */
  readonly features: number;
  /** Whether normalisation comes before attention and feed-forward. */
  readonly normFirst: boolean;
  /** The attention of the sequence to itself. */
  readonly attention: Module<AttentionInput>;
  /** The normalisation of that attention. */
  readonly attentionNorm: Module;
  /** The attention to the memory; null without a memory. */
  readonly memoryAttention: Module<AttentionInput> | null;
  /** The normalisation of the attention to the memory; null without a memory. */
  readonly memoryNorm: Module | null;
  /** The first dense layer of the feed-forward part, to `width`, with the activation. */
  readonly expand: Module;
  /** The second dense layer of the feed-forward part, back to `features`. */
  readonly contract: Module;
  /** The normalisation of the feed-forward part. */
  readonly feedNorm: Module;
  /** The dropout in the feed-forward part and before each sum. */
  readonly dropout: Module;
}

/**
 * The input of a transformer block: a sequence [n, T, features], or a record with it.
 *
 * @category Models: layers
 */
export type TransformerInput = Node | TransformerParts;

/**
 * A sequence with its memory and paddings, the input of a transformer block.
 *
 * @category Models: layers
 */
export interface TransformerParts {
  /** The sequence, [n, T, features]. */
  readonly query: Node;
  /** The memory, [n, S, memoryFeatures], for blocks with a memory. */
  readonly memory?: Node;
  /** The positions that are left out as keys, [n, T]; none by default. */
  readonly padding?: Node;
  /** The positions of the memory that are left out, [n, S]; none by default. */
  readonly memoryPadding?: Node;
}

/**
 * Makes a block of a transformer (Vaswani et al. 2017, arXiv 1706.03762).
 *
 * Its parts are attention of a sequence to itself, attention to a memory if `memory` is true, and a feed-forward layer.
 * Each part has a skip connection and layer normalisation. The normalisation comes after the sum, or before the part with
 * `normFirst` (Xiong et al. 2020, arXiv 2002.04745). Sequences [n, T, features] become [n, T, features].
 *
 * An encoder's block has the defaults. A decoder's block has `{ causal: true, memory: true }`, and a block of a
 * decoder-only model has `{ causal: true }`. The defaults are PyTorch's, with two exceptions. The width of the feed-forward
 * layer is 2048 there, whatever the features are. Dense weights begin by Glorot's rule, as in PyTorch's `Transformer`.
 *
 * {@includeCode ../../../../examples/api/nn/transformerBlock.ts#example}
 *
 * - `features`: the width of the sequence.
 * - `heads`: the number of heads, a divisor of `features`.
 * - `settings`: see {@link TransformerSettings}; optional.
 *
 * @throws {@link ShapeError} if a size or a setting is out of range; when the module is applied, if a part of the input has
 *   another shape.
 * @throws {@link GraphError} if a setting, a part of the input or the activation is unknown, or if a memory is missing or
 *   not asked for.
 * @function
 * @category Models: layers
 */
export const transformerBlock = defModule({
  name: "transformerBlock",
  options: (
    features: number,
    heads: number,
    settings: TransformerSettings = {},
  ): TransformerBlockOptions => {
    checkSettings("transformerBlock", settings, transformerNames);
    const { width = 4 * features, dropout: rate = 0.1, normFirst = false } = settings;
    const { causal = false, memory = false, epsilon = 1e-5 } = settings;
    const { memoryFeatures = features, rotary = false } = settings;
    const activation = activationOf("transformerBlock", settings.activation ?? "relu");
    const norm = (): Module => layerNorm(features, { epsilon }) as unknown as Module;
    return Object.freeze({
      features,
      normFirst,
      attention: attention(features, heads, { causal, dropout: rate, rotary }) as Attends,
      attentionNorm: norm(),
      memoryAttention: memory
        ? (attention(features, heads, { dropout: rate, memoryFeatures }) as Attends)
        : null,
      memoryNorm: memory ? norm() : null,
      expand: dense(features, width, { activation: activation as Activation }) as Module,
      contract: dense(width, features) as Module,
      feedNorm: norm(),
      dropout: dropout(rate) as Module,
    });
  },
  children: (options) => {
    const { attention: own, attentionNorm, memoryAttention, memoryNorm } = options;
    const { expand, contract, feedNorm, dropout: drop } = options;
    const first = { attention: own, attentionNorm };
    const last = { expand, contract, feedNorm, dropout: drop };
    if (memoryAttention === null || memoryNorm === null) return { ...first, ...last };
    return { ...first, memoryAttention, memoryNorm, ...last };
  },
  torch: ({ memoryAttention }) => ({
    children: {
      attention: "self_attn",
      attentionNorm: "norm1",
      memoryAttention: "multihead_attn",
      memoryNorm: "norm2",
      expand: "linear1",
      contract: "linear2",
      feedNorm: memoryAttention === null ? "norm2" : "norm3",
    },
  }),
  apply: (_, x: TransformerInput, { options, call }) => {
    const { normFirst, memoryAttention, memoryNorm } = options;
    const { query, memory, padding, memoryPadding } = transformerInput(x, memoryAttention !== null);
    /** Returns the sum of the sequence and a part's response to it, normalised before or after. */
    const sublayer = (h: Node, norm: Module, part: (rows: Node) => Node): Node => {
      const made = part(normFirst ? call(norm, h) : h);
      const total = add(h, call(options.dropout, made));
      return normFirst ? total : call(norm, total);
    };
    let h = sublayer(query, options.attentionNorm, (rows) =>
      call(options.attention, padding === undefined ? rows : { query: rows, padding }),
    );
    if (memoryAttention !== null && memoryNorm !== null && memory !== undefined) {
      const beside = memoryPadding === undefined ? {} : { padding: memoryPadding };
      h = sublayer(h, memoryNorm, (rows) =>
        call(memoryAttention, { query: rows, memory, ...beside }),
      );
    }
    return sublayer(h, options.feedNorm, (rows) => {
      return call(options.contract, call(options.dropout, call(options.expand, rows)));
    });
  },
});

type Attends = Module<AttentionInput>;

/** Returns the parts of an input. Throws GraphError if it is not a sequence, or if a memory is missing or not asked for. */
export function transformerInput(x: TransformerInput, remembers: boolean): TransformerParts {
  const parts = inputParts<TransformerParts>("transformerBlock", x, {
    needed: ["query"],
    others: ["memory", "padding", "memoryPadding"],
  });
  const given = parts.memory !== undefined || parts.memoryPadding !== undefined;
  if (isNode(parts.query) && (remembers ? parts.memory !== undefined : !given)) return parts;
  throw new GraphError({
    where: "transformerBlock",
    must: remembers
      ? "its input must be { query, memory }, with padding and memoryPadding where there are any"
      : "its input must be a sequence, or { query, padding }: it has no memory",
    got: isNode(x) ? "a sequence alone" : `{ ${Object.keys(x).join(", ")} }`,
    todo: remembers
      ? "give it the memory"
      : "leave it out, or make the block with { memory: true }",
  });
}
