import { isNode, type Node } from "@metrigrad/graph";
import { ShapeError } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import type { Module } from "../core/module.ts";
import type { TorchLayout } from "../torch/layout.ts";
import { checkSettings } from "./checkSettings.ts";
import { layerNorm } from "./layerNorm.ts";
import {
  type TransformerInput,
  type TransformerParts,
  type TransformerSettings,
  transformerBlock,
  transformerNames,
} from "./transformerBlock.ts";

/**
 * Settings of stacks of transformer blocks, such as {@link transformerEncoder}.
 *
 * @category Models: layers
 */
export interface TransformerStackSettings extends TransformerSettings {
  /** Whether the last response is normalised; by default as `normFirst`, whose blocks do not end with a normalisation. */
  readonly finalNorm?: boolean;
}

/**
 * Options of a stack of transformer blocks.
 *
 * @category Models: layers
 */
export interface TransformerStackOptions {
  /** The blocks in their order. */
  readonly blocks: readonly Module<TransformerInput>[];
  /** The normalisation of the last response; null for none. */
  readonly norm: Module | null;
}

/**
 * Makes a stack of transformer blocks with their own parameters, as PyTorch's `TransformerEncoder`.
 *
 * It maps sequences [n, T, features], or `{ query, padding }`, to [n, T, features]. With `{ causal: true }` it is a
 * decoder-only model. PyTorch normalises the last response only if it is given a normalisation. Here `normFirst` brings it.
 *
 * - `blocks`: the number of blocks.
 * - `features`: the width of the sequence.
 * - `heads`: the number of heads, a divisor of `features`.
 * - `settings`: see {@link TransformerStackSettings}, without `memory` and `memoryFeatures`; optional.
 *
 * @throws {@link ShapeError} if a size or a setting is out of range; when the module is applied, if a part of the input has
 *   another shape.
 * @throws {@link GraphError} if a setting, a part of the input or the activation is unknown, or if a memory is given.
 * @function
 * @category Models: layers
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
  torch: torchOf,
  apply: (_, x: TransformerInput, { options, call }) => throughBlocks(x, options, call),
});

/**
 * Makes a stack of transformer blocks with attention to a memory, as PyTorch's `TransformerDecoder`.
 *
 * It maps `{ query, memory }`, with `padding` and `memoryPadding` if there are any, to [n, T, features]. The blocks are
 * causal unless `{ causal: false }` is set. PyTorch wants a mask instead.
 *
 * - `blocks`: the number of blocks.
 * - `features`: the width of the sequence.
 * - `heads`: the number of heads, a divisor of `features`.
 * - `settings`: see {@link TransformerStackSettings}, without `memory`; optional.
 *
 * @throws {@link ShapeError} if a size or a setting is out of range; when the module is applied, if a part of the input has
 *   another shape.
 * @throws {@link GraphError} if a setting, a part of the input or the activation is unknown, or if the memory is missing.
 * @function
 * @category Models: layers
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
  torch: torchOf,
  apply: (_, x: TransformerParts, { options, call }) => throughBlocks(x, options, call),
});

/** Returns the options of a stack of blocks. Throws ShapeError and GraphError. */
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

/** Returns the blocks and the normalisation by name. */
function childrenOf({ blocks, norm }: TransformerStackOptions) {
  const named = Object.fromEntries(blocks.map((block, k) => [`block${k}`, block]));
  return norm === null ? named : { ...named, norm };
}

/** Returns PyTorch's names: the blocks are in the list `layers`. */
function torchOf({ blocks }: TransformerStackOptions): TorchLayout {
  return { children: Object.fromEntries(blocks.map((_, k) => [`block${k}`, `layers.${k}`])) };
}

/** Applies the blocks one after the other, and then the normalisation. */
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
