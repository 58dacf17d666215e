import {
  affine,
  matmul,
  mul,
  type Node,
  reshape,
  softmax,
  transpose,
  where,
} from "@metrigrad/graph";
import { type Initializer, ShapeError } from "@metrigrad/tensor";
import { defModule } from "../core/defModule.ts";
import type { Applied } from "../core/module.ts";
import { type ParameterSpec, param } from "../core/parameter.ts";
import { biasRow } from "../init/biasRow.ts";
import { glorotUniform } from "../init/glorot.ts";
import { varianceScaling } from "../init/varianceScaling.ts";
import { withFans } from "../init/withFans.ts";
import { type TorchLayout, type TorchPiece, torchAffine } from "../torch/layout.ts";
import { type AttentionInput, attentionInput } from "./attentionInput.ts";
import { keptKeys } from "./attentionMask.ts";
import { checkSettings } from "./checkSettings.ts";
import { rotary } from "./rotary.ts";

/**
 * Settings of {@link attention}.
 *
 * @category Models: layers
 */
export interface AttentionSettings {
  /** Whether a position attends only to positions up to itself; false by default. */
  readonly causal?: boolean;
  /** Whether the projections have a bias; true by default. */
  readonly bias?: boolean;
  /** The probability that an attention weight is left out in training, in [0, 1); 0 by default. */
  readonly dropout?: number;
  /** The width of the memory; `features` by default. */
  readonly memoryFeatures?: number;
  /** Rotary positions of queries and keys; `true` takes the base 10,000; none by default. */
  readonly rotary?: boolean | { readonly base: number };
}

/**
 * Options of an attention module.
 *
 * @category Models: layers
 */
export interface AttentionOptions {
  /** The width of the query and of the response. */
  readonly features: number;
  /** The number of heads, a divisor of `features`. */
  readonly heads: number;
  /** Whether a position attends only to positions up to itself. */
  readonly causal: boolean;
  /** Whether the projections have a bias. */
  readonly bias: boolean;
  /** The probability that an attention weight is left out in training. */
  readonly dropout: number;
  /** The width of the memory. */
  readonly memoryFeatures: number;
  /** The base of rotary positions; null without them. */
  readonly rotary: { readonly base: number } | null;
}

/** The weights of the projections, [in + 1, features] with the bias in the last row. */
type Projections = Readonly<Record<"query" | "key" | "value" | "out", ParameterSpec>>;

/**
 * Makes multi-head attention, softmax(QK'/√d)·V (Vaswani et al. 2017, arXiv 1706.03762).
 *
 * Q, K and V are projections x̃W with x̃ = (x, 1), and d is the width of a head. A last projection maps the joined heads.
 * Sequences x [n, T, features] become [n, T, features].
 *
 * The input is a sequence, or `{ query, memory, padding }`. Keys and values are made from `memory` [n, S, memoryFeatures],
 * by default the query itself. `padding` [n, S], bool or numbers, says which keys are left out, as PyTorch's
 * `key_padding_mask`. A query whose keys are all left out gives the bias of the last projection. The extras have `weights`
 * [n, heads, T, S].
 *
 * The parameters are `query`, `key`, `value` and `out`, [in + 1, features] with the bias in the last row. Each projection
 * is an affine use. The first three begin uniform in ±√(6/(4·features)), since PyTorch draws them as one weight. With a
 * memory of another width each of them is drawn by itself, as in PyTorch. `out` begins uniform in ±1/√features, and biases
 * begin at 0.
 *
 * - `features`: the width of the query and of the response.
 * - `heads`: the number of heads, a divisor of `features`.
 * - `settings`: see {@link AttentionSettings}; optional.
 *
 * @throws {@link ShapeError} if a size or a setting is out of range; when the module is applied, if a part of the input has
 *   another shape.
 * @throws {@link GraphError} if a setting or a part of the input has an unknown name.
 * @function
 * @category Models: layers
 */
export const attention = defModule({
  name: "attention",
  options: (
    features: number,
    heads: number,
    settings: AttentionSettings = {},
  ): AttentionOptions => {
    checkSettings("attention", settings, ["causal", "bias", "dropout", "memoryFeatures", "rotary"]);
    const { causal = false, bias = true, dropout = 0, memoryFeatures = features } = settings;
    const base = settings.rotary === true ? { base: 10_000 } : settings.rotary || null;
    const options = { features, heads, causal, bias, dropout, memoryFeatures, rotary: base };
    checkOptions(options);
    return Object.freeze(options);
  },
  params: ({ features, memoryFeatures, bias }): Projections => {
    const together = withFans(glorotUniform, { inputs: features, outputs: 3 * features });
    const first = memoryFeatures === features ? together : glorotUniform;
    return {
      query: projection(features, features, first, bias),
      key: projection(memoryFeatures, features, first, bias),
      value: projection(memoryFeatures, features, first, bias),
      out: projection(features, features, varianceScaling({ scale: 1 / 3 }), bias),
    };
  },
  torch: attentionTorch,
  apply: (params, x: AttentionInput, { options, mode, random }): Applied => {
    const { heads, features, bias, dropout, causal, rotary: turn } = options;
    const { query, memory, padding } = attentionInput("attention", x, options);
    const project = (rows: Node, w: Node) => (bias ? affine(rows, w) : matmul(rows, w));
    const apart = (rows: Node) => byHead(rows, heads);
    const turned = (rows: Node) => (turn === null ? rows : rotary(rows, turn.base));
    const q = turned(apart(project(query, params.query)));
    const k = turned(apart(project(memory, params.key)));
    const v = apart(project(memory, params.value));
    const scores = mul(matmul(q, transpose(k)), 1 / Math.sqrt(features / heads));
    const kept = keptKeys(scores.shape, causal, padding);
    // If no key is kept, all weights are 0.
    const weights = softmax(kept === null ? scores : where(kept, scores, Number.NEGATIVE_INFINITY));
    const used =
      mode === "infer" || dropout === 0
        ? weights
        : mul(weights, mul(random.bernoulli(1 - dropout, weights.shape), 1 / (1 - dropout)));
    const joined = reshape(transpose(matmul(used, v), [0, 2, 1, 3]), query.shape);
    return { response: project(joined, params.out), extras: { weights } };
  },
});

/** Returns [n, T, heads·d] as [n, heads, T, d]. */
function byHead(rows: Node, heads: number): Node {
  const [n = 0, steps = 0, features = 0] = rows.shape;
  return transpose(reshape(rows, [n, steps, heads, features / heads]), [0, 2, 1, 3]);
}

/** Returns the parameter of a projection, with a bias row if there is a bias. */
function projection(inputs: number, outputs: number, init: Initializer, bias: boolean) {
  if (!bias) return param([inputs, outputs], init);
  return param([inputs + 1, outputs], biasRow(init), { decay: "all but the last row" });
}

/** Throws ShapeError if a size or a setting is out of range. */
function checkOptions({
  features,
  heads,
  dropout,
  memoryFeatures,
  rotary: turn,
}: AttentionOptions) {
  const refuse = (must: string, got: string) => {
    const todo =
      "call attention(features, heads, { causal, bias, dropout, memoryFeatures, rotary })";
    throw new ShapeError({ where: "attention", must, got, todo });
  };
  const sizes = [features, heads, memoryFeatures];
  if (sizes.some((size) => !Number.isInteger(size) || size < 1) || features % heads !== 0) {
    const must = "sizes must be positive integers, and the features a multiple of the heads";
    refuse(must, `${features} features, ${heads} heads, a memory of ${memoryFeatures}`);
  }
  if (!(dropout >= 0 && dropout < 1)) refuse("dropout must be within [0, 1)", String(dropout));
  if (turn === null) return;
  if ((features / heads) % 2 !== 0 || !(turn.base > 1)) {
    const must = "with rotary positions the features of a head must be even, and the base above 1";
    refuse(must, `${features / heads} and ${turn.base}`);
  }
}

/** Returns PyTorch's layout: one weight for the three projections, or three where the memory has another width. */
function attentionTorch({ features, memoryFeatures, bias }: AttentionOptions): TorchLayout {
  const split = [3, features, features];
  const projected = (at: number, letter: string, inputs: number): readonly TorchPiece[] => {
    const weight: TorchPiece =
      memoryFeatures === features
        ? { name: "in_proj_weight", shape: [3 * features, features], split, at, order: [2, 1] }
        : { name: `${letter}_proj_weight`, shape: [features, inputs], order: [1, 0] };
    const shape = [3 * features];
    const row = { name: "in_proj_bias", shape, split: [3, features], at, optional: true };
    return bias ? [weight, row] : [weight];
  };
  const last = torchAffine([features, features], ["out_proj.weight", "out_proj.bias"]);
  return {
    params: {
      query: projected(0, "q", features),
      key: projected(1, "k", memoryFeatures),
      value: projected(2, "v", memoryFeatures),
      out: bias ? last : last.slice(0, 1),
    },
  };
}
