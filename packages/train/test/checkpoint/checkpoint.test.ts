import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readSafetensors, writeSafetensors } from "@metrigrad/data";
import { categorical, dense, dropout, sequential } from "@metrigrad/nn";
import { adam, ema, momentum, scheduleFree, sgd } from "@metrigrad/optim";
import {
  BackendError,
  DataError,
  GraphError,
  reference,
  type Store,
  sizeOf,
  tensor,
} from "@metrigrad/tensor";
import test from "tape";
import { contentBytes, contentsOf } from "../../src/checkpoint/contents.ts";
import {
  checkpointBytes,
  fit,
  type LoadOptions,
  loadCheckpoint,
  saveCheckpoint,
} from "../../src/index.ts";
import { rejects } from "../rejects.ts";
import { batch, regression, small, weights } from "../step/problem.ts";
import { toyData, toyModel } from "../toy.ts";

const folder = mkdtempSync(join(tmpdir(), "metrigrad-"));
const path = join(folder, "deep", "er", "run.safetensors");
test.onFinish(() => rmSync(folder, { recursive: true }));

const options = {
  data: toyData(),
  likelihood: categorical(),
  optimizer: adam({ learningRate: 0.02 }),
  batchSize: 12,
  epochs: 4,
  seed: 1,
} as const;

async function valuesOf(store: Store) {
  const kept = store.variables.filter(({ spec }) => spec.role !== "data");
  const entries = kept.map(async ({ path: one }) => [one, (await store.read(one)).toArray()]);
  return Object.fromEntries(await Promise.all(entries));
}

test("a run goes on from a checkpoint as if it had never stopped", async (t) => {
  const model = toyModel();
  const through = fit(model, { ...options, backend: reference });
  const whole = await through.finish();
  const first = fit(model, { ...options, backend: reference });
  for await (const { epoch } of first) if (epoch === 2) break;
  await saveCheckpoint(first.store, path);
  await first.close();

  const backend = await reference();
  const store = await backend.store(model, { seed: 99 });
  await loadCheckpoint(path, store);
  const rest = await fit(model, { ...options, store }).finish();
  t.deepEqual(
    rest.map(({ epoch, trainCost, validCost }) => [epoch, trainCost, validCost]),
    whole.slice(2).map(({ epoch, trainCost, validCost }) => [epoch, trainCost, validCost]),
  );
  t.deepEqual(await valuesOf(store), await valuesOf(through.store));
  t.deepEqual(
    readdirSync(join(folder, "deep", "er")),
    ["run.safetensors"],
    "no temporary file is left",
  );
});

test("the layout is that of safetensors, without the data", async (t) => {
  const bytes = readFileSync(path);
  const length = Number(bytes.readBigUInt64LE(0));
  t.equal(length % 8, 0);
  const { __metadata__, ...entries } = JSON.parse(bytes.toString("utf8", 8, 8 + length));
  t.ok(Object.keys(entries).includes("dense0/w"));
  t.ok(Object.keys(entries).includes("optimizer/adam/mean/dense0/w"));
  t.notOk(Object.keys(entries).some((name) => name.startsWith("data/")));
  t.deepEqual(entries["dense0/w"].shape, [3, 8]);
  t.equal(entries["dense0/w"].dtype, "F64");
  t.ok(Object.values(__metadata__).every((value) => typeof value === "string"));
});

test("a float64 checkpoint loads into a float32 store", async (t) => {
  const backend = await reference();
  const store = await backend.store(toyModel(), { float: "f32" });
  await loadCheckpoint(path, store);
  t.equal((await store.read("dense0/w")).dtype, "f32");
});

test("a float64 checkpoint of numbers that floats of 32 bits cannot hold is refused there", async (t) => {
  const backend = await reference();
  const model = toyModel();
  const wide = await backend.store(model, { float: "f64" });
  const { shape } = await wide.read("dense0/w");
  await wide.write("dense0/w", tensor(new Float64Array(sizeOf(shape)).fill(1e300), { shape }));
  const bytes = await checkpointBytes(wide);
  const known = await backend.store(model, { float: "f32" });
  const before = (await known.read("dense1/w")).data();
  // With the model on the store, and before it is added.
  for (const store of [known, await backend.store([], { float: "f32" })]) {
    const message = await loadCheckpoint(bytes, store).then(
      () => "accepted",
      (error: Error) => error.message,
    );
    t.match(message, /^loadCheckpoint\(bytes\), dense0\/w: floats of 32 bits hold .* got 1e\+300/);
  }
  t.deepEqual((await known.read("dense1/w")).data(), before);
  await backend.close();
});

test("a damaged or wrong file is refused and changes nothing", async (t) => {
  const backend = await reference();
  const model = toyModel();
  const store = await backend.store(model, { seed: 7 });
  const before = await valuesOf(store);
  const good = readFileSync(path);
  const broken = join(folder, "broken.safetensors");
  const refused = async (bytes: Uint8Array | string, message: RegExp) => {
    writeFileSync(broken, bytes);
    await rejects(t, loadCheckpoint(broken, store), DataError, message);
    t.deepEqual(await valuesOf(store), before);
  };
  const edited = (change: (header: Record<string, { [key: string]: unknown }>) => void) => {
    const length = Number(good.readBigUInt64LE(0));
    const header = JSON.parse(good.toString("utf8", 8, 8 + length));
    change(header);
    const text = Buffer.from(JSON.stringify(header));
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(text.length));
    return Buffer.concat([size, text, good.subarray(8 + length)]);
  };
  await refused("", /must begin with the length of its header, got 0 bytes; check the path/);
  await refused(good.subarray(0, 100), /must begin with the length of its header, got a header of/);
  await refused(
    good.subarray(0, good.length - 1),
    /the file must hold its \d+ bytes, got \d+: it is cut short/,
  );
  await refused(Buffer.concat([good, Buffer.of(0)]), /there must be \d+ bytes of elements/);
  await refused("hello, this is some text and no checkpoint", /header/);
  await refused(
    edited((header) => Object.assign(header["dense0/w"] ?? {}, { dtype: "F8" })),
    /type of F64, F32/,
  );
  await refused(
    edited((header) => Object.assign(header["dense0/w"] ?? {}, { shape: [3, 9] })),
    /its offsets must be two integers, 216 bytes apart/,
  );
  await refused(
    edited((header) => delete header.__metadata__),
    /must be a checkpoint of metrigrad/,
  );
  await refused(
    edited((header) => Object.assign(header.__metadata__ ?? {}, { "metrigrad.roles": "{}" })),
    /must be a parameter or state, got undefined/,
  );
  await refused(
    edited((header) => Object.assign(header.__metadata__ ?? {}, { "metrigrad.roles": "null" })),
    /roles of its variables must be a JSON object, got null/,
  );
  await refused(
    edited((header) => Object.assign(header, { __metadata__: null })),
    /__metadata__ must be a record of texts, got null/,
  );
  await refused(
    edited((header) => Object.assign(header, { "dense0/w": null })),
    /dense0\/w: it must have a shape and a type of F64/,
  );
  await refused(
    edited((header) => Object.assign(header["dense0/w"] ?? {}, { dtype: "constructor" })),
    /type of F64, F32/,
  );
  await rejects(
    t,
    loadCheckpoint(join(folder, "none"), store),
    DataError,
    /the file must be readable, got ENOENT/,
  );
});

test("an empty store keeps the values for the model that is added later", async (t) => {
  const model = toyModel();
  const trained = fit(model, { ...options, backend: reference, epochs: 2 });
  await trained.finish();
  const bytes = await checkpointBytes(trained.store);
  const store = await (await reference()).store([]);
  await loadCheckpoint(bytes, store);
  await store.add(model);
  t.deepEqual(await valuesOf(store), await valuesOf(trained.store));
  const rest = await fit(model, { ...options, store }).finish();
  const through = fit(model, { ...options, backend: reference });
  const whole = await through.finish();
  t.deepEqual(
    rest.map(({ validCost }) => validCost),
    whole.slice(2).map(({ validCost }) => validCost),
  );
  t.deepEqual(await valuesOf(store), await valuesOf(through.store));
  const narrow = await (await reference()).store([]);
  await loadCheckpoint(bytes, narrow);
  const other = sequential(dense(2, 9), dense(9, 3));
  await rejects(
    t,
    narrow.add(other),
    BackendError,
    /dense0\/w must have the type and shape of the value from the file/,
  );
});

test("a model under another name of the store finds its values by that name", async (t) => {
  const [model, critic] = [small(), small()];
  const store = await (await reference()).store(model, { seed: 1 });
  await store.add(critic, { name: "critic" });
  const bytes = await checkpointBytes(store);
  const again = await (await reference()).store([], { seed: 5 });
  await loadCheckpoint(bytes, again);
  await again.add(critic, { name: "critic" });
  t.deepEqual(
    (await again.read(critic.variables[0]?.spec ?? "")).toArray(),
    (await store.read("critic/dense0/w")).toArray(),
  );
});

test("an open step goes on from what is loaded, its counter included", async (t) => {
  const model = small();
  const store = await (await reference()).store(model, { seed: 1 });
  const step = await regression(store, model, adam(), { steps: 100 });
  for (let at = 0; at < 3; at++) await step.advance(batch);
  const bytes = await checkpointBytes(store);
  for (let at = 0; at < 4; at++) await step.advance(batch);
  const wanted = await weights(store);
  await loadCheckpoint(bytes, store);
  for (let at = 0; at < 4; at++) await step.advance(batch);
  t.equal(step.count, 7);
  t.deepEqual(await weights(store), wanted);
});

for (const optimizer of [adam(), ema(adam()), scheduleFree(sgd())]) {
  test(`state of an optimizer that the file lacks begins afresh: ${optimizer.name}`, async (t) => {
    const model = small();
    const store = await (await reference()).store(model, { seed: 1 });
    const bytes = await checkpointBytes(store);
    const step = await regression(store, model, optimizer);
    for (let at = 0; at < 3; at++) await step.advance(batch);
    const wanted = await weights(store);
    await loadCheckpoint(bytes, store);
    for (let at = 0; at < 3; at++) await step.advance(batch);
    t.equal(step.count, 3);
    t.deepEqual(await weights(store), wanted);
    await step.close();
    const other = await regression(store, model, momentum());
    t.equal(other.count, 0);
  });
}

test("state that an earlier file left does not go on with the values of a later one", async (t) => {
  const model = toyModel();
  const store = await (await reference()).store(model, { seed: 1 });
  const untrained = await checkpointBytes(store);
  const wanted = await fit(model, { ...options, store }).finish();
  const trained = await checkpointBytes(store);
  const other = await (await reference()).store(model, { seed: 2 });
  await loadCheckpoint(trained, other);
  await loadCheckpoint(untrained, other);
  t.notOk(other.has("optimizer/adam/step/dense0/w"));
  const got = await fit(model, { ...options, store: other }).finish();
  t.deepEqual(
    got.map(({ epoch, trainCost }) => [epoch, trainCost]),
    wanted.map(({ epoch, trainCost }) => [epoch, trainCost]),
  );
});

test("random draws begin afresh where the file has none", async (t) => {
  const model = sequential(dense(2, 8), dropout(0.5), dense(8, 3));
  const store = await (await reference()).store(model, { seed: 1 });
  const bytes = await checkpointBytes(store);
  const wanted = await fit(model, { ...options, store }).finish();
  await loadCheckpoint(bytes, store);
  const got = await fit(model, { ...options, store }).finish();
  t.deepEqual(
    got.map(({ trainCost }) => trainCost),
    wanted.map(({ trainCost }) => trainCost),
  );
});

test("a checkpoint that is saved in onStep is that of one step", async (t) => {
  const model = toyModel();
  const kept: Uint8Array[] = [];
  let run: ReturnType<typeof fit> | null = null;
  run = fit(model, {
    ...options,
    backend: reference,
    onStep: async ({ step }) => {
      if (step === 5) kept.push(await checkpointBytes((run as ReturnType<typeof fit>).store));
    },
  });
  await run.finish();
  const store = await (await reference()).store(model);
  await loadCheckpoint(kept[0] as Uint8Array, store);
  t.equal((await store.read("optimizer/adam/step/dense0/w")).item(), 5);
  await fit(model, { ...options, store }).finish();
  t.deepEqual(await valuesOf(store), await valuesOf(run.store));
});

test("a checkpoint of another model is refused", async (t) => {
  const backend = await reference();
  const wider = await backend.store(sequential(dense(2, 9), dense(9, 3)));
  await rejects(
    t,
    loadCheckpoint(path, wider),
    DataError,
    /dense0\/w must be float \[3, 9\], got float \[3, 8\]; load it into a store of the model/,
  );
  const deeper = await backend.store(sequential(dense(2, 8), dense(8, 3), dense(3, 3)));
  await rejects(
    t,
    loadCheckpoint(path, deeper),
    DataError,
    /must have every parameter of the store, got none for dense2\/w/,
  );
});

test("a checkpoint with one bit that is altered is refused, and the store stays", async (t) => {
  const backend = await reference();
  const model = toyModel();
  const store = await backend.store(model, { seed: 3 });
  const good = await checkpointBytes(store);
  const other = await backend.store(model, { seed: 4 });
  const before = await valuesOf(other);
  const header = Number(new DataView(good.buffer).getBigUint64(0, true));
  // In the elements, in a name, in a digit of the checksum, and in the spaces behind the header.
  const digit = new TextDecoder().decode(good.subarray(0, 200)).indexOf("sha256") + 12;
  for (const at of [8 + header, 8 + header + 40, good.length - 1, digit, 8 + header - 1]) {
    const bad = good.slice();
    bad[at] = (bad[at] as number) ^ 1;
    const loaded = loadCheckpoint(bad, other).then(
      () => "",
      (error: Error) => `${error.name} ${error.message}`,
    );
    t.match(await loaded, /DataError|header/, `byte ${at}`);
    t.deepEqual(await valuesOf(other), before);
  }
  await loadCheckpoint(good, other);
  t.deepEqual(await valuesOf(other), await valuesOf(store));
  const { tensors, metadata } = readSafetensors(good);
  t.match(metadata["metrigrad.sha256"] ?? "", /^[0-9a-f]{64}$/);
  // One without a checksum is loaded, as those of earlier versions.
  const { "metrigrad.sha256": _, ...texts } = metadata;
  await loadCheckpoint(writeSafetensors(tensors, texts), await backend.store(model));
});

test("a file is the same as the bytes, and saves to one path take turns", async (t) => {
  const model = toyModel();
  const store = await (await reference()).store(model, { seed: 3 });
  const own = join(folder, "turns", "run.safetensors");
  const wanted = await checkpointBytes(store);
  const saves = Array.from({ length: 8 }, () => saveCheckpoint(store, own));
  await Promise.all(saves);
  t.deepEqual(new Uint8Array(readFileSync(own)), wanted);
  t.deepEqual(readdirSync(join(folder, "turns")), ["run.safetensors"]);
});

test("no step comes in between the values of a checkpoint", async (t) => {
  const model = small();
  const inner = await (await reference()).store(model, { seed: 1 });
  // A store that takes its time to read.
  const read: Store["read"] = async (one) => {
    await new Promise((done) => setTimeout(done, 3));
    return inner.read(one);
  };
  const store: Store = Object.create(inner, { read: { value: read } });
  const step = await regression(store, model, adam({ learningRate: 0.1 }));
  await step.advance(batch);
  const states: string[] = [];
  const note = async () => states.push(JSON.stringify(await valuesOf(inner)));
  await note();
  const file = join(folder, "torn.safetensors");
  const taken = async (save: () => Promise<unknown>) => {
    const saved = save();
    for (let at = 0; at < 5; at++) {
      await step.advance(batch);
      await note();
      await new Promise((done) => setTimeout(done, 2));
    }
    await saved;
  };
  const known = async (bytes: Uint8Array) => {
    const again = await (await reference()).store([]);
    await loadCheckpoint(bytes, again);
    const sorted = (text: string) => Object.entries(JSON.parse(text)).sort().join();
    const got = sorted(JSON.stringify(await valuesOf(again)));
    return states.some((state) => sorted(state) === got);
  };
  await taken(() => saveCheckpoint(store, file));
  t.ok(await known(readFileSync(file)), "in a file");
  let bytes = new Uint8Array();
  const keep = (made: Uint8Array) => {
    bytes = made as typeof bytes;
  };
  await taken(() => checkpointBytes(store).then(keep));
  t.ok(await known(bytes), "in bytes");
  const { layout, read: readNow } = contentsOf(store);
  const between = async (name: string) => {
    await step.advance(batch);
    await note();
    return readNow(name);
  };
  keep(await contentBytes({ layout, read: between }));
  t.notOk(await known(bytes), "steps that do not wait come in between");
});

test("only the model, or parts of it, under other names", async (t) => {
  const backend = await reference();
  const model = toyModel();
  const run = fit(model, { ...options, backend: () => backend, epochs: 1 });
  await run.finish();
  const bytes = await checkpointBytes(run.store);
  const wanted = await valuesOf(run.store);
  const paths = (store: Store) => store.variables.map((one) => one.path).sort();

  const alone = await backend.store([]);
  await loadCheckpoint(bytes, alone, { only: "model" });
  t.deepEqual(paths(alone), ["dense0/w", "dense1/w"], "no state of the optimizer");

  const store = await backend.store(model, { seed: 8 });
  const before = await valuesOf(store);
  await loadCheckpoint(bytes, store, { only: ["dense1"] });
  t.deepEqual(await valuesOf(store), { ...before, "dense1/w": wanted["dense1/w"] });
  await loadCheckpoint(bytes, store, { only: (one) => one === "dense0/w" });
  t.deepEqual((await valuesOf(store))["dense0/w"], wanted["dense0/w"]);

  const named = await backend.store(model, { name: "critic", seed: 8 });
  const rename = { dense0: "critic/dense0", "dense1/w": "critic/dense1/w" };
  await loadCheckpoint(bytes, named, { rename });
  t.ok(named.has("optimizer/adam/mean/critic/dense0/w"), "an optimizer's state follows");
  const again = await valuesOf(named);
  t.deepEqual(again["critic/dense0/w"], wanted["dense0/w"]);
  const back = Object.keys(again).map((one) => one.replace("critic/", ""));
  t.deepEqual(back.sort(), Object.keys(wanted).sort());

  await fit(model, { ...options, store, epochs: 1 }).finish();
  await loadCheckpoint(bytes, store, { only: "model" });
  t.equal(
    (await store.read("optimizer/adam/step/dense0/w")).item(),
    0,
    "what is there begins afresh",
  );

  const refused = (chosen: LoadOptions, message: RegExp) =>
    rejects(t, loadCheckpoint(bytes, store, chosen), DataError, message);
  await refused(
    { only: ["dense7"] },
    /each path of `only` must be one of the file, got dense7; .*dense0\/w/,
  );
  await refused({ only: () => false }, /`only` must take something of the file, got nothing/);
  await refused(
    { only: 7 as never },
    /`only` must be "model", a list of paths, or a function, got 7/,
  );
  await refused(
    { rename: { dens: "a" } },
    /each path of `rename` must be one of the file, got dens/,
  );
  await refused(
    { only: "model", rename: { "dense0/w": "dense1/w" } },
    /each value must have a path of its own, got dense1\/w of dense0\/w and dense1\/w/,
  );
  await refused(
    { only: ["dense0"], rename: { dense0: "dense1" } },
    /dense1\/w must be float \[9, 3\]/,
  );
  await refused({ all: true } as never, /options must be among only, rename, got all/);
});

test("bytes that do not fit into memory are refused with the way out", async (t) => {
  const store = await (await reference()).store(toyModel());
  const { layout, read } = contentsOf(store);
  const message =
    /checkpointBytes: the bytes must fit into one array, .*await saveCheckpoint\(store, path\)/;
  await rejects(
    t,
    contentBytes({ layout: { ...layout, bytes: 2 ** 50 }, read }),
    DataError,
    message,
  );
});

test("a closed store, which has nothing, does not take the place of a file", async (t) => {
  const store = await (await reference()).store(toyModel(), { seed: 1 });
  const file = join(folder, "kept.safetensors");
  await saveCheckpoint(store, file);
  const { size } = statSync(file);
  await store.close();
  for (const save of [() => saveCheckpoint(store, file), () => checkpointBytes(store)]) {
    const error = await save().then(
      () => null,
      (one) => one,
    );
    t.ok(error instanceof GraphError, String(error));
  }
  t.equal(statSync(file).size, size);
});
