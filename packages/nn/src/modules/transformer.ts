import { isNode, type Node } from "@metrigrad/graph";
import { ShapeError } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import type { Module } from "../core/module.ts";
import { checkSettings } from "./checkSettings.ts";
import { layerNorm } from "./layerNorm.ts";
import {
  type TransformerInput,
  type TransformerParts,
  type TransformerSettings,
  transformerBlock,
  transformerNames,
} from "./transformerBlock.ts";

/** What stacks of transformer blocks take beside their sizes. */
export interface TransformerStackSettings extends TransformerSettings {
  /** Whether the last response is normalised; as `normFirst` by default, whose blocks do not end with it. */
  readonly finalNorm?: boolean;
}

/** Options of a stack of transformer blocks. */
export interface TransformerStackOptions {
  readonly blocks: readonly Module<TransformerInput>[];
  /** Null: none. */
  readonly norm: Module | null;
}

/**
 * Blocks of their own parameters one after the other, as PyTorch's `TransformerEncoder`: sequences [n, T, features], or
 * `{ query, padding }`, → [n, T, features]. With `{ causal: true }` it is a decoder-only model. PyTorch has a last
 * normalisation only where it is given one, here it comes with `normFirst`.
 * @throws ShapeError for a number of blocks that is no positive integer; what `transformerBlock` throws
 */
export const transformerEncoder = defModule({
  name: "transformerEncoder",
  options: (
    blocks: number,
    features: number,
    heads: number,
    settings: Omit<TransformerStackSettings, "memory" | "memoryFeatures"> = {},
  ) => stackOf("transformerEncoder", blocks, features, heads, { ...settings, memory: false }),
  children: childrenOf,
  apply: (_, x: TransformerInput, { options, call }) => throughBlocks(x, options, call),
});

/**
 * Blocks of their own parameters with attention to a memory, as PyTorch's `TransformerDecoder`: `{ query, memory }` and, where
 * there are any, `padding` and `memoryPadding` → [n, T, features]. The blocks are causal unless `{ causal: false }` says
 * otherwise, while PyTorch wants a mask.
 * @throws ShapeError for a number of blocks that is no positive integer; what `transformerBlock` throws
 */
export const transformerDecoder = defModule({
  name: "transformerDecoder",
  options: (
    blocks: number,
    features: number,
    heads: number,
    settings: Omit<TransformerStackSettings, "memory"> = {},
  ) =>
    stackOf("transformerDecoder", blocks, features, heads, {
      causal: true,
      ...settings,
      memory: true,
    }),
  children: childrenOf,
  apply: (_, x: TransformerParts, { options, call }) => throughBlocks(x, options, call),
});

function stackOf(
  where: string,
  count: number,
  features: number,
  heads: number,
  settings: TransformerStackSettings,
): TransformerStackOptions {
  checkSettings(where, settings, [...transformerNames, "finalNorm"]);
  if (!Number.isInteger(count) || count < 1) {
    throw new ShapeError({
      where,
      must: "the number of blocks must be a positive integer",
      got: String(count),
      todo: `call ${where}(blocks, features, heads)`,
    });
  }
  const { finalNorm = settings.normFirst ?? false, ...own } = settings;
  const { epsilon = 1e-5 } = settings;
  const blocks = Array.from({ length: count }, () => {
    return transformerBlock(features, heads, own) as Module<TransformerInput>;
  });
  const norm = finalNorm ? (layerNorm(features, { epsilon }) as unknown as Module) : null;
  return Object.freeze({ blocks, norm });
}

function childrenOf({ blocks, norm }: TransformerStackOptions) {
  const named = Object.fromEntries(blocks.map((block, k) => [`block${k}`, block]));
  return norm === null ? named : { ...named, norm };
}

function throughBlocks(
  x: TransformerInput,
  { blocks, norm }: TransformerStackOptions,
  call: <In>(child: Module<In>, x: In) => Node,
): Node {
  const parts = isNode(x) ? null : x;
  const last = blocks.reduce<Node>(
    (h, block) => call(block, parts === null ? h : { ...parts, query: h }),
    isNode(x) ? x : x.query,
  );
  return norm === null ? last : call(norm, last);
}
