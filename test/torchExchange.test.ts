/** Values that go from PyTorch's files to models and back (test/torch/exchange.py). */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type AnyModule,
  applyModel,
  attention,
  batchNorm,
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  dense,
  embedding,
  evaluate,
  flatten,
  fromTorch,
  groupNorm,
  gru,
  gruCell,
  instanceNorm,
  lambda,
  layerNorm,
  lstm,
  lstmCell,
  type NestedArray,
  type Node,
  prelu,
  readSafetensors,
  recurrent,
  recurrentCell,
  reference,
  relu,
  repeat,
  rmsNorm,
  sequential,
  spectralNorm,
  type Tensor,
  tanh,
  tensor,
  toTorch,
  transformerBlock,
  transformerDecoder,
  transformerEncoder,
  weightNorm,
} from "metrigrad";
import test from "tape";
import { moduleCases } from "../packages/metric/test/support/modules.ts";

interface Recorded {
  readonly inputs: readonly NestedArray[];
  readonly output: NestedArray;
}

/** A model like the recorded one, the names of the parts of its input, and PyTorch's names of its modules. */
interface Case {
  readonly module: AnyModule;
  readonly parts?: readonly string[];
  readonly names?: Readonly<Record<string, string>>;
}

const folder = join(import.meta.dirname, "torch/exchange");
const text = readFileSync(join(folder, "recorded.json"), "utf8");
const recorded = JSON.parse(text) as Readonly<Record<string, Recorded>>;
const decoding = { width: 5, causal: false, memory: true } as const;
const attends = ["query", "memory"];

const cases: Readonly<Record<string, Case>> = {
  attention: { module: attention(4, 2) },
  attentionWithoutBias: { module: attention(4, 2, { bias: false }) },
  batchNorm: { module: batchNorm(3) },
  cnn: {
    module: sequential(
      conv2d(1, 2, 3, { padding: 1 }),
      batchNorm(2),
      sequential(lambda(relu), flatten(), dense(24, 3)),
    ),
    names: { "sequential0/dense0": "4" },
  },
  conv1d: { module: conv1d(4, 6, 3, { stride: 2, dilation: 2, groups: 2 }) },
  conv2d: { module: conv2d(2, 3, [3, 2], { padding: 1, bias: false }) },
  conv3d: { module: conv3d(1, 2, 2) },
  convTranspose1d: { module: convTranspose1d(2, 3, 3) },
  convTranspose2d: {
    module: convTranspose2d(4, 6, [3, 2], { stride: 2, padding: 1, outputPadding: 1, groups: 2 }),
  },
  convTranspose3d: { module: convTranspose3d(2, 1, 2, { bias: false }) },
  crossAttention: { module: attention(4, 2, { memoryFeatures: 5 }), parts: attends },
  decoder: { module: transformerDecoder(2, 4, 2, { width: 5, causal: false }), parts: attends },
  decoderLayer: { module: transformerBlock(4, 2, decoding), parts: attends },
  deepLstm: { module: lstm(4, 3, { layers: 2, bidirectional: true }) },
  embedding: { module: embedding(7, 4) },
  encoder: { module: transformerEncoder(2, 4, 2, { width: 5, finalNorm: true }) },
  encoderLayer: { module: transformerBlock(4, 2, { width: 5 }) },
  groupNorm: { module: groupNorm(2, 4) },
  gru: { module: gru(4, 3, { layers: 2 }) },
  gruBothWays: { module: gru(4, 3, { bidirectional: true }) },
  gruCell: { module: gruCell(4, 3), parts: ["x", "state"] },
  instanceNorm: { module: instanceNorm(4, { affine: true }) },
  layerNorm: { module: layerNorm([3, 4]) },
  linear: { module: dense(3, 2) },
  linearWithoutBias: { module: dense(3, 2) },
  lstm: { module: lstm(4, 3) },
  lstmCell: { module: lstmCell(4, 3) },
  mlp: {
    module: sequential(dense(3, 5, { activation: relu }), dense(5, 2)),
    names: { dense1: "2" },
  },
  prelu: { module: prelu(4) },
  repeated: { module: repeat(dense(4, 4, { activation: tanh }), 3) },
  rmsNorm: { module: rmsNorm(4) },
  rnn: { module: recurrent(4, 3) },
  rnnCell: { module: recurrentCell(4, 3), parts: ["x", "state"] },
  rnnWithoutBias: { module: recurrent(4, 3) },
  spectralNorm: { module: spectralNorm(3, 2) },
  weightNorm: { module: weightNorm(3, 2) },
};

const tensorsOf = (name: string) =>
  readSafetensors(readFileSync(join(folder, `${name}.safetensors`))).tensors;

test("torch exchange: each recorded file is compared", (t) => {
  const files = readdirSync(folder).flatMap((name) => name.split(".safetensors").slice(0, -1));
  const known = Object.keys(cases).sort();
  t.deepEqual(files.sort(), known);
  t.deepEqual(
    Object.keys(recorded)
      .filter((name) => name !== "torch")
      .sort(),
    known,
  );
  t.end();
});

/** Kinds with parameters that PyTorch does not have. Their names and shapes are ours. */
const ours = [
  "film",
  "fourierFeatures",
  "gaussianProcessFeatures",
  "hyperDense",
  "mixtureOfExperts",
  "positionalEmbedding",
  "radialBasis",
  "swish",
];

test("torch exchange: every kind of module with parameters says its layout, or has no counterpart", (t) => {
  const silent = Object.entries(moduleCases).flatMap(([name, rows]) => {
    const own = rows.some(({ module }) => Object.keys(module.params).length > 0);
    return own && rows[0]?.module.definition.spec.torch === undefined ? [name] : [];
  });
  t.deepEqual(silent.sort(), ours);
  t.end();
});

for (const [name, { module, parts, names = {} }] of Object.entries(cases)) {
  test(`torch exchange: ${name} answers as in PyTorch, and goes back`, async (t) => {
    const { inputs, output } = recorded[name] as Recorded;
    const given = tensorsOf(name);
    const values = fromTorch(module as never, given, { names });
    const backend = await reference();
    t.teardown(() => backend.close());
    const store = await backend.store(module, { float: "f64" });
    t.deepEqual([...values.keys()].sort(), store.variables.map(({ path }) => path).sort());
    for (const [path, value] of values) await store.write(path, value);
    const dtype = name === "embedding" ? "i32" : "f64";
    const all = inputs.map((one) => tensor(one, { dtype }));
    const x =
      parts === undefined
        ? (all[0] as Tensor)
        : Object.fromEntries(parts.map((part, k) => [part, all[k] as Tensor]));
    const answer = applyModel(module as never, x as never).output as Node & { readonly h?: Node };
    const y = (await evaluate(answer.h ?? answer, { store })).data();
    const expected = tensor(output, { dtype: "f64" }).data();
    t.equal(y.length, expected.length);
    t.ok(largestGap(y, expected) < 1e-12, `off by ${largestGap(y, expected)}`);

    const back = toTorch(module as never, values, { names });
    for (const [key, value] of given) {
      if (key.endsWith("num_batches_tracked")) continue;
      const got = back.get(key);
      t.deepEqual(got?.shape, value.shape, key);
      t.equal(largestGap(sumOfBiases(back, key), sumOfBiases(given, key)), 0, key);
    }
    const beyond = [...back.keys()].filter((key) => !given.has(key));
    t.ok(
      beyond.every((key) => /bias/.test(key) && name.endsWith("WithoutBias")),
      "no more names",
    );
    t.ok(
      beyond.every((key) =>
        back
          .get(key)
          ?.data()
          .every((v: number | bigint) => v === 0),
      ),
    );
  });
}

/** The values of a tensor. Of two biases of a recurrent layer only the sum counts. */
function sumOfBiases(tensors: ReadonlyMap<string, Tensor>, key: string): Float64Array {
  const data = Float64Array.from(tensors.get(key)?.data() ?? []);
  if (!/^bias_[ih]h/.test(key)) return data;
  const other = key.includes("ih") ? key.replace("ih", "hh") : key.replace("hh", "ih");
  return data.map((value, k) => value + Number(tensors.get(other)?.data()[k] ?? 0));
}

function largestGap(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return Array.from(a).reduce((most, v, i) => Math.max(most, Math.abs(v - (b[i] as number))), 0);
}
