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

/** What `transformerBlock` takes beside its sizes. */
export interface TransformerSettings {
  /** Width of the feed-forward layer; 4 times the features by default. */
  readonly width?: number;
  /** Of the feed-forward layer; relu by default. */
  readonly activation?: Activation | string;
  /** Rate of dropout in attention, in the feed-forward layer and before each sum; 0.1 by default. */
  readonly dropout?: number;
  /** Whether normalisation comes before attention and feed-forward, instead of after their sums; false by default. */
  readonly normFirst?: boolean;
  /** Whether a position sees only those up to itself; false by default. */
  readonly causal?: boolean;
  /** Whether there is attention to a memory too; false by default. */
  readonly memory?: boolean;
  /** Width of the memory; that of the features by default. */
  readonly memoryFeatures?: number;
  /** Rotary positions within the sequence; none by default. */
  readonly rotary?: boolean | { readonly base: number };
  /** ε of the normalisations; 1e-5 by default. */
  readonly epsilon?: number;
}

/** Their names. */
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

/** Options of a transformer block: the modules that it is made of. */
export interface TransformerBlockOptions {
  readonly features: number;
  readonly normFirst: boolean;
  readonly attention: Module<AttentionInput>;
  readonly attentionNorm: Module;
  /** Null: no memory. */
  readonly memoryAttention: Module<AttentionInput> | null;
  readonly memoryNorm: Module | null;
  readonly expand: Module;
  readonly contract: Module;
  readonly feedNorm: Module;
  readonly dropout: Module;
}

/** A sequence [n, T, features], or what a block takes beside it. */
export type TransformerInput = Node | TransformerParts;

/** What a block takes beside a sequence. */
export interface TransformerParts {
  /** The sequence, [n, T, features]. */
  readonly query: Node;
  /** [n, S, memoryFeatures], for blocks with a memory. */
  readonly memory?: Node;
  /** Which positions are left out as keys, [n, T]. */
  readonly padding?: Node;
  /** Which positions of the memory are left out, [n, S]. */
  readonly memoryPadding?: Node;
}

/**
 * A block of a transformer (Vaswani et al. 2017, arXiv 1706.03762): attention of a sequence to itself, to a memory where
 * `memory` says so, and a feed-forward layer, each with a skip connection and layer normalisation: after the sum, or,
 * with `normFirst`, before the part (Xiong et al. 2020, arXiv 2002.04745). Sequences [n, T, features] → [n, T, features].
 *
 * An encoder's block is the default; a decoder's has `{ causal: true, memory: true }`, one of a decoder-only model
 * `{ causal: true }`. Defaults are PyTorch's, except for the width of the feed-forward layer, which is 2048 there whatever the
 * features, and for dense weights, which begin by Glorot's rule as in its `Transformer`.
 * @throws ShapeError and GraphError for settings that the parts refuse, and where a memory is missing or not asked for
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
  apply: (_, x: TransformerInput, { options, call }) => {
    const { normFirst, memoryAttention, memoryNorm } = options;
    const { query, memory, padding, memoryPadding } = transformerInput(x, memoryAttention !== null);
    /** The sum with what a part makes of the sequence, normalised before or after. */
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

/** The parts of an input. Throws GraphError where it is no sequence, and where a memory is missing or not asked for. */
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
