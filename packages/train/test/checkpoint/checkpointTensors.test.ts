import { readNpz, writeNpz } from "@metrigrad/data";
import { variable } from "@metrigrad/graph";
import { categorical, dense, sequential } from "@metrigrad/nn";
import { adam } from "@metrigrad/optim";
import { DataError, reference, tensor } from "@metrigrad/tensor";
import test from "tape";
import { checkpointBytes, checkpointTensors, fit, loadCheckpoint } from "../../src/index.ts";
import { rejects } from "../rejects.ts";
import { toyData, toyModel } from "../toy.ts";

const options = {
  data: toyData(),
  likelihood: categorical(),
  optimizer: adam({ learningRate: 0.02 }),
  batchSize: 12,
  seed: 1,
} as const;

test("checkpointTensors: a run goes on from an npz file as if it had never stopped", async (t) => {
  const model = toyModel();
  const whole = fit(model, { ...options, epochs: 3, backend: reference });
  await whole.finish();
  const first = fit(model, { ...options, epochs: 1, backend: reference });
  await first.finish();
  const tensors = await checkpointTensors(first.store);
  t.ok([...tensors.keys()].some((path) => path.startsWith("optimizer/")));
  t.notOk([...tensors.keys()].some((path) => path.startsWith("data/")));
  const bytes = writeNpz(tensors);
  await first.close();

  const backend = await reference();
  t.teardown(() => backend.close());
  const store = await backend.store(model, { seed: 9 });
  await loadCheckpoint(readNpz(bytes), store);
  await fit(model, { ...options, epochs: 3, store }).finish();
  const plain = (all: Awaited<ReturnType<typeof checkpointTensors>>) =>
    [...all].map(([path, value]) => [path, value.toArray()] as const).sort();
  t.deepEqual(plain(await checkpointTensors(store)), plain(await checkpointTensors(whole.store)));
  await whole.close();
});

test("checkpointTensors: parts, by the names of another model", async (t) => {
  const backend = await reference();
  t.teardown(() => backend.close());
  const make = () => ({ body: dense(2, 3), head: dense(3, 1) });
  const own = sequential(...Object.values(make()));
  const from = await backend.store(own, { seed: 1, float: "f32" });
  const named = await checkpointTensors(from, { only: ["dense0"], rename: { dense0: "body" } });
  t.deepEqual([...named.keys()], ["body/w"]);
  const other = sequential(dense(2, 3), dense(3, 2));
  const to = await backend.store(other, { seed: 2, float: "f32" });
  const head = (await to.read("dense1/w")).toArray();
  const all = await checkpointTensors(from, { only: "model" });
  await loadCheckpoint(all, to, { only: ["dense0"] });
  t.deepEqual((await to.read("dense0/w")).toArray(), all.get("dense0/w")?.toArray());
  t.deepEqual((await to.read("dense1/w")).toArray(), head);
  await loadCheckpoint(named, to, { only: ["body"], rename: { body: "dense0" } });
  await rejects(
    t,
    loadCheckpoint(all, to),
    DataError,
    /dense1\/w must be float \[4, 2\], got float \[4, 1\]/,
  );
  await rejects(
    t,
    loadCheckpoint(named, to, { only: "model" }),
    DataError,
    /each path must be that of a variable of the store, got body\/w, which it lacks/,
  );
  const record = { w: tensor([1]) } as never;
  await rejects(
    t,
    loadCheckpoint(record, to),
    DataError,
    /a path, bytes, or a Map of tensors, got \{ w \}/,
  );
  const odd = new Map([["w", 3]]) as never;
  await rejects(t, loadCheckpoint(odd, to), DataError, /Map of tensors, got \{ w \}/);
  await rejects(
    t,
    checkpointTensors(from, { only: ["dense7"] }),
    DataError,
    /checkpointTensors: each path of `only`/,
  );
  const large = new Map([["dense0/w", tensor(new Float64Array(9).fill(1e300), { shape: [3, 3] })]]);
  await rejects(t, loadCheckpoint(large, to, { only: "model" }), DataError, /dense0\/w/);
});

test("halves are kept in files, and come back to variables of halves", async (t) => {
  const kept = variable("kept", [3], {
    type: "f16",
    role: "state",
    init: () => [0.1, -2, 2 ** -24],
  });
  const backend = await reference();
  t.teardown(() => backend.close());
  const [from, to] = [await backend.store([kept.attrs]), await backend.store([kept.attrs])];
  const halves = [1638 / 2 ** 14, -2, 2 ** -24];
  const bytes = await checkpointBytes(from);
  await to.write("kept", tensor([7, 7, 7]));
  await loadCheckpoint(bytes, to);
  const back = await to.read("kept");
  t.equal(back.dtype, "f16");
  t.deepEqual([...back.data()], halves);
  await loadCheckpoint(new Map([["kept", tensor([1, 2049, 3])]]), to);
  t.deepEqual([...(await to.read("kept")).data()], [1, 2048, 3]);
  await rejects(
    t,
    loadCheckpoint(new Map([["kept", tensor([1, 7e4, 3])]]), to),
    DataError,
    /^loadCheckpoint\(tensors\), kept: floats of 16 bits \(f16\) hold numbers below 65520, got 70000 as element 1/,
  );
  t.deepEqual([...(await to.read("kept")).data()], [1, 2048, 3]);
});
