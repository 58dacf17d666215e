import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { categorical, dense, sequential } from "@metrigrad/nn";
import { adam } from "@metrigrad/optim";
import { DataError, reference, type Store } from "@metrigrad/tensor";
import test from "tape";
import { fit, loadCheckpoint, saveCheckpoint } from "../../src/index.ts";
import { rejects } from "../rejects.ts";
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
