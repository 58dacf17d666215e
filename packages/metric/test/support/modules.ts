/** A small module of every kind that nn exports, for sweeps: a new kind needs a line here. */
import { type Node, relu } from "@metrigrad/graph";
import {
  type AnyModule,
  attention,
  batchNorm,
  dense,
  dropout,
  embedding,
  flatten,
  groupNorm,
  gru,
  gruCell,
  identity,
  instanceNorm,
  lambda,
  layerNorm,
  lstm,
  lstmCell,
  parallel,
  positionalEmbedding,
  recurrent,
  recurrentCell,
  repeat,
  rmsNorm,
  sequential,
  sinusoidalPositions,
  skip,
  transformerBlock,
  transformerDecoder,
  transformerEncoder,
  upsample,
} from "@metrigrad/nn";
import { type Tensor, type Tree, tensor } from "@metrigrad/tensor";
import { drawnOf } from "./draws.ts";
import { patchModules } from "./patchModules.ts";
import { rowModules } from "./rowModules.ts";

/** A module with inputs that it takes. */
export interface ModuleCase {
  readonly module: AnyModule;
  readonly inputs: Tree<Tensor>;
  /** How its parameters act, by path: kinds of uses. */
  readonly acts: Readonly<Record<string, "affine" | "scale" | "lookup" | "grouped" | "free">>;
}

const rows = drawnOf("rows", 3, 2);
const sequences = drawnOf("sequences", 3, 2, 2);
const images = drawnOf("images", 2, 2, 2, 2);
const grey = drawnOf("grey", 2, 1, 2, 2);
const tokens = tensor(Int32Array.of(0, 2, 1, 2, 3, 0), { shape: [3, 2] });
/** Which key of a sample is left out. */
const padding = tensor([
  [0, 1],
  [0, 0],
  [0, 0],
]);
const norm = { scale: "scale", offset: "scale" } as const;
const projections = { query: "affine", key: "affine", value: "affine", out: "affine" } as const;
const block = {
  ...within("attention", projections),
  ...within("attentionNorm", norm),
  "expand/w": "affine",
  "contract/w": "affine",
  ...within("feedNorm", norm),
} as const;
const gates = { input: "affine", recurrent: "affine" } as const;
const decoderBlock = {
  ...block,
  ...within("memoryAttention", projections),
  ...within("memoryNorm", norm),
} as const;

function within<K extends string>(path: string, acts: Readonly<Record<string, K>>) {
  return Object.fromEntries(Object.entries(acts).map(([name, how]) => [`${path}/${name}`, how]));
}

/** By the name of the export. */
export const moduleCases: Readonly<Record<string, readonly ModuleCase[]>> = {
  ...patchModules,
  ...rowModules,
  attention: [
    {
      module: attention(1, 1, { causal: true }),
      inputs: drawnOf("narrow", 3, 2, 1),
      acts: projections,
    },
    {
      module: attention(2, 2, { bias: false, memoryFeatures: 3 }),
      inputs: { query: sequences, memory: drawnOf("memory", 3, 2, 3), padding },
      acts: projections,
    },
    { module: attention(2, 1, { rotary: true }), inputs: sequences, acts: projections },
  ],
  batchNorm: [
    { module: batchNorm(1), inputs: drawnOf("column", 3, 1), acts: norm },
    { module: batchNorm(1), inputs: grey, acts: norm },
  ],
  dense: [
    { module: dense(2, 1, { activation: "tanh" }), inputs: rows, acts: { w: "affine" } },
    { module: dense(2, 1), inputs: sequences, acts: { w: "affine" } },
  ],
  dropout: [{ module: dropout(), inputs: rows, acts: {} }],
  embedding: [
    { module: embedding(4, 1), inputs: tokens, acts: { table: "lookup" } },
    {
      module: embedding(4, 1, { paddingIndex: 2 }),
      inputs: tokens,
      acts: { table: "lookup" },
    },
  ],
  flatten: [{ module: flatten(), inputs: images, acts: {} }],
  groupNorm: [{ module: groupNorm(1, 2), inputs: images, acts: norm }],
  gru: [
    { module: gru(2, 1), inputs: sequences, acts: gates },
    {
      module: gru(2, 1, { layers: 2, bidirectional: true, returns: "last" }),
      inputs: sequences,
      acts: Object.assign(
        {},
        ...["layer0", "reverse0", "layer1", "reverse1"].map((name) => within(name, gates)),
      ),
    },
  ],
  gruCell: [
    { module: gruCell(2, 1), inputs: { x: rows, state: drawnOf("state", 3, 1) }, acts: gates },
  ],
  identity: [{ module: identity(), inputs: rows, acts: {} }],
  instanceNorm: [{ module: instanceNorm(1, { affine: true }), inputs: grey, acts: norm }],
  lambda: [{ module: lambda((x: Node) => relu(x)), inputs: rows, acts: {} }],
  layerNorm: [{ module: layerNorm(2), inputs: sequences, acts: norm }],
  lstm: [{ module: lstm(2, 1), inputs: sequences, acts: gates }],
  lstmCell: [
    {
      module: lstmCell(2, 1),
      inputs: { x: rows, state: { h: drawnOf("h", 3, 1), c: drawnOf("c", 3, 1) } },
      acts: gates,
    },
  ],
  parallel: [
    {
      module: parallel({ left: dense(2, 1), right: dense(2, 1) }, { join: "concat" }),
      inputs: rows,
      acts: { "left/w": "affine", "right/w": "affine" },
    },
  ],
  positionalEmbedding: [
    {
      module: positionalEmbedding(3, 1),
      inputs: drawnOf("steps", 3, 2, 1),
      acts: { table: "lookup" },
    },
  ],
  recurrent: [{ module: recurrent(2, 1, { reverse: true }), inputs: sequences, acts: gates }],
  recurrentCell: [
    {
      module: recurrentCell(2, 1),
      inputs: { x: rows, state: drawnOf("state", 3, 1) },
      acts: gates,
    },
  ],
  repeat: [
    {
      module: repeat(sequential(dense(2, 2, { activation: "tanh" }), layerNorm(2)), 2),
      inputs: drawnOf("few", 3, 2),
      acts: { "dense0/w": "affine", ...within("layerNorm0", norm) },
    },
    {
      // Of copies of copies is not known how they act.
      module: repeat(repeat(dense(2, 2, { activation: "tanh" }), 1), 2),
      inputs: drawnOf("few", 2, 2),
      acts: { w: "free" },
    },
  ],
  rmsNorm: [{ module: rmsNorm(2), inputs: sequences, acts: { scale: "scale" } }],
  sequential: [
    {
      module: sequential(dense(2, 2), layerNorm(2)),
      inputs: rows,
      acts: { "dense0/w": "affine", ...within("layerNorm0", norm) },
    },
  ],
  sinusoidalPositions: [{ module: sinusoidalPositions(), inputs: sequences, acts: {} }],
  skip: [{ module: skip(dense(2, 2)), inputs: rows, acts: { "dense0/w": "affine" } }],
  transformerBlock: [
    { module: transformerBlock(2, 1, { width: 2 }), inputs: sequences, acts: block },
  ],
  transformerDecoder: [
    {
      module: transformerDecoder(1, 2, 1, { width: 2, normFirst: true }),
      inputs: { query: sequences, memory: drawnOf("memory", 3, 2, 2) },
      acts: { ...within("block0", decoderBlock), ...within("norm", norm) },
    },
  ],
  transformerEncoder: [
    {
      module: transformerEncoder(2, 2, 1, { width: 2, causal: true }),
      inputs: sequences,
      acts: { ...within("block0", block), ...within("block1", block) },
    },
  ],
  upsample: [{ module: upsample({ scale: 2 }), inputs: images, acts: {} }],
};
