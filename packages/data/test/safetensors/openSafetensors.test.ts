import {
  openSafetensors,
  readSafetensors,
  safetensorsLayout,
  tensorBytes,
  writeSafetensors,
} from "@metrigrad/data";
import { DataError, tensor } from "@metrigrad/tensor";
import test from "tape";

const source = (bytes: Uint8Array) => ({
  size: bytes.length,
  read: async (at: number, length: number) => bytes.subarray(at, at + length),
});

test("a file that is written piece by piece is the one that is written at once", async (t) => {
  const tensors = {
    a: tensor(Uint8Array.of(7, 8, 9)),
    b: tensor(Float64Array.of(1.5, -2), { shape: [2, 1] }),
    c: tensor(Int32Array.of(-5)),
  };
  const entries = Object.entries(tensors).map(([name, { dtype, shape }]) => ({
    name,
    dtype,
    shape,
  }));
  const { header, order, bytes } = safetensorsLayout(entries, { made: "in pieces" });
  t.deepEqual(
    order.map(({ name }) => name),
    ["b", "c", "a"],
  );
  const parts = order.map(({ name }) => tensorBytes(tensors[name as keyof typeof tensors]));
  const whole = Uint8Array.from([header, ...parts].flatMap((part) => [...part]));
  t.deepEqual(whole, writeSafetensors(tensors, { made: "in pieces" }));
  t.equal(whole.length, bytes);
  const file = await openSafetensors(source(whole));
  t.deepEqual(file.metadata, { made: "in pieces" });
  t.deepEqual(
    [...file.entries],
    entries.map(({ name, ...entry }) => [name, entry]),
  );
  for (const [name, value] of readSafetensors(whole).tensors) {
    const one = await file.read(name);
    t.deepEqual([one.dtype, one.shape, one.toArray()], [value.dtype, value.shape, value.toArray()]);
  }
  t.throws(
    () => safetensorsLayout([...entries, ...entries]),
    /safetensorsLayout: each name must come once, got a twice; choose another name/,
  );
  t.throws(
    () => safetensorsLayout([{ name: "a", dtype: "f8" as never, shape: [2] }]),
    /^DataError: safetensorsLayout: dtype of a must be one of f32, f64, i32, u32, bool, u8, f16, got "f8"; pass the dtype/,
  );
  t.throws(
    () => safetensorsLayout([{ name: "a", dtype: "f32", shape: [2, -1] }]),
    /^DataError: safetensorsLayout: shape of a must be a list of sizes, got \[2,-1\]/,
  );
  const refused = await openSafetensors(source(whole), { title: "x" } as never).then(
    () => "nothing",
    String,
  );
  t.match(
    refused,
    /^DataError: openSafetensors: options must be among name, got title; correct the name/,
  );
});

test("of a file of 5 GiB only what is asked for is read", async (t) => {
  const entry = (begin: number, bytes: number, shape: readonly number[]) => ({
    dtype: "F32",
    shape,
    data_offsets: [begin, begin + bytes],
  });
  const gib = 2 ** 30;
  const header = {
    big: entry(0, 4 * gib, [2 ** 10, 2 ** 20]),
    more: entry(4 * gib, gib, [2 ** 28]),
    last: entry(5 * gib, 8, [2]),
  };
  const text = new TextEncoder().encode(JSON.stringify(header));
  const begin = new Uint8Array(8 + text.length);
  new DataView(begin.buffer).setBigUint64(0, BigInt(text.length), true);
  begin.set(text, 8);
  const end = new Uint8Array(Float32Array.of(3, 4).buffer);
  const read = async (at: number, length: number) => {
    t.ok(length < 1000, `${length} bytes at ${at}`);
    return at < begin.length ? begin.subarray(at, at + length) : end.subarray(0, length);
  };
  const file = await openSafetensors({ size: begin.length + 5 * gib + 8, read }, { name: "big" });
  t.deepEqual((await file.read("last")).toArray(), [3, 4]);
  const absent = await file.read("none").catch((error: Error) => error);
  t.ok(absent instanceof DataError);
  t.match(
    String(absent),
    /openSafetensors\(big\): the file must have the tensor, got none of the name none/,
  );
});
