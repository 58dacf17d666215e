/** Names, free and fixed rows, deeper models and errors of the export. */
import {
  add,
  broadcastTo,
  cast,
  constant,
  div,
  eigh,
  iota,
  matmul,
  mean,
  mul,
  type Node,
  normal,
  relu,
  reshape,
  scan,
  sub,
  sum,
  transpose,
  variable,
} from "@metrigrad/graph";
import {
  type AnyModule,
  avgPool2d,
  batchNorm,
  conv1d,
  conv2d,
  convTranspose2d,
  defModule,
  dense,
  globalAvgPool,
  gru,
  lambda,
  lstm,
  maxPool2d,
  mixtureOfExperts,
  ones,
  param,
  recurrent,
  repeat,
  sequential,
  skip,
  transformerDecoder,
  transformerEncoder,
  upsample,
} from "@metrigrad/nn";
import {
  GraphError,
  isTensor,
  namedLeaves,
  reference,
  type Store,
  type Tensor,
  type Tree,
  tensor,
  uniformStream,
} from "@metrigrad/tensor";
import { predict } from "@metrigrad/train";
import test, { type Test } from "tape";
import { onnxBytes } from "../src/index.ts";
import { session } from "./support/session.ts";

function drawn(path: string, ...shape: number[]): Tensor {
  const stream = uniformStream({ seed: 4, path });
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float32Array.from({ length: size }, (_, i) => stream.normal(i)),
    { shape },
  );
}

async function opened(t: Test, model: AnyModule, float: "f32" | "f64" = "f32"): Promise<Store> {
  const backend = await reference();
  t.teardown(() => backend.close());
  return backend.store(model, { seed: 6, float });
}

/** Compares onnxruntime-web with `predict` for several numbers of rows. */
async function compare(
  t: Test,
  model: AnyModule,
  store: Store,
  bytes: Uint8Array,
  ...all: Tree<Tensor>[]
) {
  const file = await session(bytes);
  t.teardown(() => file.close());
  for (const inputs of all) {
    const feeds = namedLeaves(inputs, isTensor).map(
      ([path, leaf]) => [path === "" ? "input" : path, leaf] as const,
    );
    const made = await file.run(Object.fromEntries(feeds));
    const own = await predict(model as never, store, inputs);
    for (const [path, value] of namedLeaves(own as Tree<Tensor>, isTensor)) {
      const other = made[path === "" ? "output" : path] as Tensor;
      t.deepEqual(other.shape, value.shape);
      const [data, expected] = [Array.from(other.data()), Array.from(value.data())];
      const gap = Math.max(...expected.map((v, i) => Math.abs(v - (data[i] as number))));
      const scale = Math.max(1, ...expected.map(Math.abs));
      t.ok(gap / scale < 1e-5, `off by ${gap} of ${scale}`);
    }
  }
}

const deep: Readonly<
  Record<string, { readonly model: AnyModule; readonly inputs: (n: number) => Tree<Tensor> }>
> = {
  images: {
    model: sequential(
      conv2d(2, 6, 3, { stride: 2, padding: 1, groups: 2 }),
      batchNorm(6),
      lambda((x: Node) => relu(x)),
      maxPool2d(3, { stride: 2, padding: 1 }),
      skip(conv2d(6, 6, 3, { padding: "same", dilation: 2, activation: "gelu" })),
      convTranspose2d(6, 4, 3, { stride: 2, padding: 1, outputPadding: 1, groups: 2 }),
      avgPool2d(2, { padding: 1, countIncludePad: false }),
      upsample({ scale: 2, mode: "bilinear" }),
      globalAvgPool(),
      dense(4, 3, { activation: "softplus" }),
    ),
    inputs: (n) => drawn("images", n, 2, 16, 12),
  },
  sequences: {
    model: sequential(
      conv1d(3, 5, 3, { padding: 1 }),
      lambda((x: Node) => transpose(x)),
      lstm(5, 4, { layers: 2, bidirectional: true }),
      gru(8, 4, { reverse: true }),
      recurrent(4, 6, { returns: "last", activation: "tanh" }),
      dense(6, 2),
    ),
    inputs: (n) => drawn("sequences", n, 3, 7),
  },
  encoder: {
    model: sequential(
      transformerEncoder(2, 8, 4, {
        causal: true,
        rotary: true,
        normFirst: true,
        activation: "gelu",
      }),
      lambda((x: Node) => mean(x, { axis: 1 })),
      dense(8, 3),
    ),
    inputs: (n) => drawn("words", n, 5, 8),
  },
  decoder: {
    model: transformerDecoder(2, 8, 2),
    inputs: (n) => ({
      query: drawn("query", n, 4, 8),
      memory: drawn("memory", n, 3, 8),
      padding: tensor(
        Int32Array.from({ length: 4 * n }, (_, i) => Number(i % 4 === 1)),
        { shape: [n, 4] },
      ),
    }),
  },
  experts: {
    model: sequential(
      mixtureOfExperts(
        4,
        { count: 3, make: () => dense(4, 4, { activation: "silu" }) as never },
        { top: 2 },
      ),
      repeat(sequential(dense(4, 4, { activation: "tanh" }), batchNorm(4)), 5),
    ),
    inputs: (n) => drawn("rows", n, 4),
  },
};

for (const [name, { model, inputs }] of Object.entries(deep)) {
  test(`onnxBytes: ${name}, with one row and with several`, async (t) => {
    const store = await opened(t, model);
    const bytes = await onnxBytes(model as never, store, inputs(1));
    await compare(t, model, store, bytes, inputs(1), inputs(3), inputs(61));
  });
}

const one = tensor([[1, 2]]);

test("onnxBytes: names, and values of a store of 64 bits", async (t) => {
  const model = defModule({
    name: "two",
    options: () => ({ own: dense(2, 3) }),
    children: ({ own }) => ({ own: own as never }),
    params: () => ({ shift: param([3], ones) }),
    apply: ({ shift }, { x, h }: { readonly x: Node; readonly h: Node }, { call, options }) => {
      const y = add(call(options.own, x), shift);
      return { h: add(y, h), sum: sum(y, { axis: 1 }) };
    },
  })();
  const store = await opened(t, model, "f64");
  const bytes = await onnxBytes(model, store, { x: one, h: tensor([[1, 2, 3]]) });
  const file = await session(bytes);
  t.teardown(() => file.close());
  t.deepEqual(file.inputNames, ["x", "h"]);
  const made = await file.run({ x: one, h: tensor([[1, 2, 3]]) });
  t.deepEqual(Object.keys(made).sort(), ["h/out", "sum"]);
  const own = (await predict(model as never, store, { x: one, h: tensor([[1, 2, 3]]) })) as Record<
    string,
    Tensor
  >;
  t.ok(Math.abs((made.sum?.data()[0] as number) - (own.sum?.data()[0] as number)) < 1e-6);
  t.deepEqual(
    bytes,
    await onnxBytes(model, store, { x: one, h: tensor([[1, 2, 3]]) }),
    "the same bytes again",
  );
});

test("onnxBytes: bytes and truth values as inputs", async (t) => {
  const scaled = sequential(
    lambda(({ image, mask }: { readonly image: Node; readonly mask: Node }) =>
      mul(mul(cast(image, "float"), 1 / 255), mask),
    ),
    dense(2, 2),
  );
  const store = await opened(t, scaled);
  const image = tensor(Uint8Array.of(0, 255, 51, 102), { shape: [2, 2] });
  const mask = tensor([
    [true, false],
    [true, true],
  ] as never);
  const bytes = await onnxBytes(scaled as never, store, { image, mask });
  await compare(t, scaled, store, bytes, { image, mask });
});

test("onnxBytes: halves as inputs", async (t) => {
  const model = sequential(dense(3, 4, { activation: relu }), dense(4, 2));
  const store = await opened(t, model);
  const halves = (n: number) =>
    tensor(drawn("halves", n, 3).data(), { shape: [n, 3], dtype: "f16" });
  const bytes = await onnxBytes(model, store, halves(1));
  await compare(t, model, store, bytes, halves(1), halves(5));
  const floats = tensor(Float32Array.from(halves(5).data()), { shape: [5, 3] });
  const file = await session(bytes);
  t.match(String(await file.run({ input: floats }).catch(String)), /float16/);
  await file.close();
});

test("onnxBytes: a model that depends on the number of rows takes a fixed one", async (t) => {
  const centred = sequential(
    dense(2, 2),
    lambda((x: Node) => sub(x, mean(x, { axis: 0 }))),
  );
  const store = await opened(t, centred);
  const error = await failure(onnxBytes(centred, store, one));
  t.ok(error instanceof GraphError);
  t.match(error.message, /with a free number of rows, only sizes may depend on it.*\{ rows: 1 \}/);
  const rows = drawn("five", 5, 2);
  const bytes = await onnxBytes(centred, store, rows, { rows: 5 });
  const file = await session(bytes);
  t.teardown(() => file.close());
  const made = (await file.run({ input: rows })).output as Tensor;
  t.deepEqual(made.shape, [5, 2]);
  t.ok(Math.abs(column(made, 0)) < 1e-6);
  const refused = await failure(file.run({ input: one }));
  t.match(refused.message, /dimension|shape/i, "the runtime refuses other rows");
});

test("onnxBytes: sizes that follow from the rows", async (t) => {
  // Rows are counted, repeated and turned.
  const model = lambda((x: Node) => {
    const [n = 0] = x.shape;
    const twice = broadcastTo(reshape(x, [n, 1, 2]), [n, 2, 2]);
    const counted = add(
      reshape(twice, [2 * n, 2]),
      reshape(cast(iota(2 * n), "float"), [2 * n, 1]),
    );
    return transpose(reshape(counted, [n, 4]), [0, 1]);
  });
  const store = await opened(t, model as never);
  await compare(
    t,
    model as never,
    store,
    await onnxBytes(model, store, one),
    one,
    drawn("more", 7, 2),
  );
});

test("onnxBytes: an error names the op and the module that has it", async (t) => {
  const noisy = sequential(
    dense(2, 2),
    sequential(lambda((x: Node) => add(x, normal([2], { key: "n" })))),
  );
  const store = await opened(t, noisy);
  const drawnError = await failure(onnxBytes(noisy, store, one));
  t.match(
    drawnError.message,
    /each op must be one that ONNX has, got random \[.*\] in sequential0\/lambda0/,
  );
  const spectral = sequential(
    lambda((x: Node) => eigh(matmul(reshape(x, [-1, 2, 1]), reshape(x, [-1, 1, 2]))).values),
  );
  const values = await failure(onnxBytes(spectral, store, one));
  t.match(values.message, /got eigh \[61, 2, 2\] in lambda0/);
  t.match((await failure(onnxBytes(dense(2, 2), store, one))).message, /a store without w/);
  t.match(
    (await failure(onnxBytes(noisy, store, tensor(3)))).message,
    /inputs must have an axis of rows/,
  );
  t.match(
    (await failure(onnxBytes(noisy, store, one, { rows: 0.5 }))).message,
    /rows must be a positive integer, got 0.5/,
  );
  t.match((await failure(onnxBytes(noisy, store, one, { batch: 1 } as never))).message, /batch/);
  t.match((await failure(onnxBytes(dense as never, store, one))).message, /function as a model/);
});

test("onnxBytes: draws in a loop that depends on no input are refused too", async (t) => {
  const walk = lambda((x: Node) => {
    const state = variable("walk", [2], { type: "u32", role: "state" });
    const turn = (at: Node, _: null, k: Node) => {
      const own = add(state, cast(reshape(k, [1]), "u32"));
      return { carry: add(at, normal([2], { key: "w", state: own })), y: {} };
    };
    return add(x, scan(turn, constant(tensor([0, 0])), null, { turns: 3 }).carry);
  });
  const store = await opened(t, walk as never);
  const error = await failure(onnxBytes(walk, store, one));
  t.match(error.message, /each op must be one that ONNX has, got random/);
});

test("onnxBytes: what depends on no input is computed at export", async (t) => {
  const solved = defModule({
    name: "solved",
    params: () => ({ a: param([2, 2], () => [4, 1, 1, 3]) }),
    apply: ({ a }, x: Node) => matmul(x, div(eigh(a).vectors, constant(2))),
  })();
  const store = await opened(t, solved);
  await compare(t, solved as never, store, await onnxBytes(solved, store, one), one);
});

/** Returns the sum of a column. */
function column(value: Tensor, k: number): number {
  return (value.toArray() as number[][]).reduce((total, row) => total + (row[k] as number), 0);
}

async function failure(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  return new Error("it must reject");
}
