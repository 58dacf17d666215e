/** Data in half precision (f16) train as the same numbers in full precision do, in half of the memory. */

import {
  add,
  type Backend,
  BackendError,
  cast,
  categorical,
  compile,
  convert,
  cpu,
  dataSet,
  dense,
  fill,
  fit,
  gaussian,
  gpu,
  input,
  mul,
  type Node,
  predict,
  reference,
  relu,
  scan,
  sequential,
  sgd,
  streamData,
  type Tensor,
  tensor,
  uniformStream,
  variable,
} from "metrigrad";
import test from "tape";
import { shareStore } from "../packages/train/src/ranks/share.ts";
import { localRanks } from "../packages/train/test/ranks/localRanks.ts";

const [rows, width] = [200, 10];
const { normal } = uniformStream({ seed: 4, path: "halves" });
const labels = Int32Array.from({ length: rows }, (_, row) => row % 3);
const numbers = Float64Array.from(
  { length: rows * width },
  (_, at) => normal(at) + Number(at % 3 === Math.floor(at / width) % 3),
);
const halves = tensor(numbers, { shape: [rows, width], dtype: "f16" });
/** The same numbers after rounding, in 4 bytes each. */
const floats = convert(halves, "f32");

const model = () => sequential(dense(width, 8, { activation: relu }), dense(8, 3));

/** What a training gives, and the bytes and types of the data that are on the store meanwhile. */
async function trained(backend: Backend, data: unknown, change: object = {}) {
  const options = { optimizer: sgd({ learningRate: 0.1 }), likelihood: categorical(), seed: 3 };
  const all = { ...options, epochs: 2, batchSize: 40, backend, data, ...change };
  const run = fit(model(), all as never);
  let stored: string[] = [];
  let bytes = 0;
  for await (const _ of run) {
    const own = run.store.variables.filter(({ path }) => path.startsWith("data/"));
    stored = own.map(({ spec }) => `${spec.type} ${spec.shape.join("×")}`);
    bytes = run.store.bytes;
  }
  const weights = [...(await run.store.read("dense0/w")).data()];
  const costs = run.history.map(({ trainCost }) => trainCost as number);
  await run.close();
  return { weights, costs, stored, bytes };
}

const backends: Readonly<Record<string, () => Promise<Backend>>> = {
  reference: () => reference(),
  cpu: () => cpu(),
  "gpu, webgpu": () => gpu({ mode: "webgpu" }),
  "gpu, cpu": () => gpu({ mode: "cpu" }),
};

/** Runs a check on each backend that there is. Only WebGPU may be missing. */
function onEach(name: string, check: (t: test.Test, backend: Backend) => Promise<void>): void {
  for (const [kind, open] of Object.entries(backends)) {
    test(`${name}: ${kind}`, async (t) => {
      const backend = await open().catch((error: unknown) => {
        if (kind === "gpu, webgpu" && error instanceof BackendError) return null;
        throw error;
      });
      if (backend === null) return t.comment("no adapter for WebGPU answers here");
      await check(t, backend);
      await backend.close();
    });
  }
}

onEach("halves train as the floats that they are", async (t, backend) => {
  const of = (inputs: Tensor) => dataSet({ train: { inputs, targets: labels }, classes: 3 });
  const [own, other] = [await trained(backend, of(halves)), await trained(backend, of(floats))];
  // Where the types are read by different code, a compiler may join products and sums in one but not in the other.
  const gap = (a: readonly number[], b: readonly number[]) =>
    Math.max(...a.map((x, i) => Math.abs(x - (b[i] ?? Number.NaN))));
  t.ok(gap(own.weights, other.weights) < 1e-6, "weights");
  t.ok(gap(own.costs, other.costs) < 1e-6, "costs");
  t.ok((own.costs[1] as number) < (own.costs[0] as number), "it learns");
  t.deepEqual(own.stored, [`f16 ${rows}×${width}`, `i32 ${rows}`]);
  t.deepEqual(other.stored, [`float ${rows}×${width}`, `i32 ${rows}`]);
  // The reference keeps numbers of the host: 4 bytes for a half. Devices keep 2.
  if (!/^(cpu|gpu: WebGPU)/i.test(backend.describe())) return;
  t.equal(other.bytes - own.bytes, 2 * rows * width);
});

onEach("a loop reads a part of the halves in each turn", async (t, backend) => {
  const totals = (type: "f16" | "float") => {
    const xs = input("xs", [rows, width], type);
    const cell = (sum: Node, x: Node) => ({
      carry: add(mul(sum, 0.5), cast(x, "float")),
      y: {},
    });
    return scan(cell, fill([width], 0), xs);
  };
  const store = await backend.store([]);
  const results = [];
  for (const [type, xs] of [
    ["f16", halves],
    ["float", floats],
  ] as const) {
    const program = await compile({ outputs: [totals(type).carry] }, store);
    const [handle] = await program.run({ xs });
    results.push([...((await handle?.read())?.data() ?? [])]);
    await program.close();
  }
  t.equal(results[0]?.length, width);
  t.deepEqual(results[0], results[1]);
  t.ok(results[0]?.every((x) => Number.isFinite(x) && x !== 0));
  await store.close();
});

onEach("ranks share state that is kept as halves", async (t, backend) => {
  const values = [
    [0.1, -2, 3],
    [7, 7, 7],
  ];
  const read = await Promise.all(
    localRanks(2).map(async (rank, at) => {
      const init = () => values[at] as number[];
      const kept = variable("kept", [3], { type: "f16", role: "state", init });
      const store = await backend.store([kept.attrs]);
      await shareStore(rank, "test", store);
      const value = await store.read("kept");
      await store.close();
      return [value.dtype, ...value.data()];
    }),
  );
  const wanted = ["f16", 1638 / 2 ** 14, -2, 3];
  t.deepEqual(read, [wanted, wanted]);
});

onEach("halves that are scaled, targets of halves, and fed halves", async (t, backend) => {
  const regression = { likelihood: gaussian({ sigma: 1 }) };
  const columns = (x: Tensor) => {
    const values = x.data().subarray(0, 3 * rows);
    return tensor(Float64Array.from(values), { shape: [rows, 3], dtype: x.dtype });
  };
  const of = (x: Tensor) => dataSet({ train: { inputs: x, targets: columns(x) }, inputScale: 0.5 });
  const pair = [
    await trained(backend, of(halves), regression),
    await trained(backend, of(floats), regression),
  ] as const;
  t.deepEqual(pair[0].weights, pair[1].weights);
  t.deepEqual(pair[0].stored, [`f16 ${rows}×${width}`, `f16 ${rows}×3`]);
  const fed = (x: Tensor) => {
    const part = (from: Tensor, at: number, size: number) =>
      tensor(from.data().slice(40 * at * size, 40 * (at + 1) * size), {
        shape: [40, size],
        dtype: from.dtype,
      });
    const targets = columns(x);
    return streamData({
      rows,
      train: function* () {
        for (let at = 0; at < rows / 40; at++) {
          yield { inputs: part(x, at, width), targets: part(targets, at, 3) };
        }
      },
    });
  };
  const change = { ...regression, batchSize: undefined };
  const [own, other] = [
    await trained(backend, fed(halves), change),
    await trained(backend, fed(floats), change),
  ];
  t.deepEqual(own.weights, other.weights);
  const net = model();
  const store = await backend.store(net);
  const [answer, wanted] = [await predict(net, store, halves), await predict(net, store, floats)];
  t.deepEqual([...answer.data()], [...wanted.data()]);
  await store.close();
});
