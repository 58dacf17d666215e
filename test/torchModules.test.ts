/** Modules and their gradients against what PyTorch's give (test/torch/modules.py). */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type AnyModule,
  applyModel,
  attention,
  batchNorm,
  compile,
  constant,
  grad,
  groupNorm,
  input,
  instanceNorm,
  layerNorm,
  mul,
  type NestedArray,
  type Node,
  reference,
  rmsNorm,
  square,
  sum,
  tensor,
  transformerBlock,
} from "metrigrad";
import test from "tape";

interface Recorded {
  readonly parameters: Readonly<Record<string, NestedArray>>;
  readonly inputs: Readonly<Record<string, NestedArray>>;
  readonly output: NestedArray;
  readonly gradients: readonly NestedArray[];
}

const file = join(import.meta.dirname, "torch/modules.json");
const recorded = JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<string, Recorded>>;

const width = 5;
const modules: Readonly<Record<string, { readonly module: AnyModule; readonly mode?: "train" }>> = {
  attention: { module: attention(4, 2) },
  batchNorm: { module: batchNorm(4), mode: "train" },
  causalAttention: { module: attention(4, 2, { causal: true }) },
  crossAttention: { module: attention(4, 2, { memoryFeatures: 3 }) },
  decoder: { module: transformerBlock(4, 2, { width, causal: true, memory: true }) },
  decoderFirst: {
    module: transformerBlock(4, 2, { width, causal: true, memory: true, normFirst: true }),
  },
  encoder: { module: transformerBlock(4, 2, { width }) },
  encoderFirst: { module: transformerBlock(4, 2, { width, causal: true, normFirst: true }) },
  groupNorm: { module: groupNorm(2, 4) },
  instanceNorm: { module: instanceNorm(4, { affine: true }) },
  layerNorm: { module: layerNorm(4) },
  rmsNorm: { module: rmsNorm(4) },
};

test("torch modules: each that was recorded is compared", (t) => {
  const names = Object.keys(recorded).filter((name) => name !== "torch");
  t.deepEqual(names.sort(), Object.keys(modules).sort());
  t.end();
});

for (const [name, { module, mode = "infer" }] of Object.entries(modules)) {
  test(`torch modules: ${name}, its output and gradients`, async (t) => {
    const { parameters, inputs, output, gradients } = recorded[name] as Recorded;
    const backend = await reference();
    t.teardown(() => backend.close());
    const store = await backend.store(module, { float: "f64" });
    for (const [path, value] of Object.entries(parameters)) {
      await store.write(path, tensor(value, { dtype: "f64" }));
    }
    const tensors = Object.entries(inputs).map(
      ([key, value]) => [key, tensor(value, { dtype: "f64" })] as const,
    );
    const nodes = tensors.map(([key, value]) => {
      return [key, key === "padding" ? constant(value) : input(key, value.shape)] as const;
    });
    const only = nodes.length === 1 ? (nodes[0]?.[1] as Node) : Object.fromEntries(nodes);
    const y = applyModel(module as never, only as never, { mode }).output as Node;
    const fed = nodes.filter(([key]) => key !== "padding");
    const cost = sum(mul(square(y), y));
    const outputs = [y, ...fed.map(([, node]) => grad(cost, node))];
    const program = await compile({ outputs }, store);
    const feeds = Object.fromEntries(tensors.filter(([key]) => key !== "padding"));
    const handles = await program.run(feeds);
    for (const [k, expected] of [output, ...gradients].entries()) {
      const got = (await handles[k]?.read())?.data() ?? [];
      const flat = (expected as number[]).flat(9) as number[];
      t.equal(got.length, flat.length);
      const scale = flat.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
      const off = flat.reduce((most, v, i) => Math.max(most, Math.abs(v - (got[i] as number))), 0);
      t.ok(off < 1e-11 * scale, `${k === 0 ? "output" : `gradient ${k}`}: off by ${off}`);
    }
  });
}
