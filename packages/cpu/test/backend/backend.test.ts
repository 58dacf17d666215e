import {
  arg,
  call,
  type FloatType,
  hostArray,
  type Plan,
  primitiveFns,
  tensor,
  type VariableSpec,
} from "@metrigrad/tensor";
import test from "tape";
import { cpu } from "../../src/index.ts";

const zeros: VariableSpec = {
  path: "w",
  shape: [2, 3],
  type: "float",
  role: "parameter",
  init: ({ seed }) => [0, 1, 2, 3, 4, seed],
};

const view = (buffer: number, shape: readonly number[]) => ({
  buffer,
  shape,
  strides: shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1)),
  offset: 0,
});

/** out = w + x·c; w = out. */
const shape = [2, 3];
const planIn = (float: FloatType): Plan => ({
  float,
  buffers: [
    { dtype: float, size: 6, place: { kind: "variable", spec: zeros }, label: "w" },
    { dtype: float, size: 6, place: { kind: "feed", name: "x" }, label: "x" },
    {
      dtype: float,
      size: 6,
      place: { kind: "constant", data: hostArray(float, 6).map((_, at) => at + 1) },
      label: "c",
    },
    { dtype: float, size: 6, place: { kind: "arena", offset: 64 }, label: "product" },
    { dtype: float, size: 6, place: { kind: "output" }, label: "out" },
  ],
  steps: [
    {
      kind: "map",
      label: "product",
      shape,
      inputs: [view(1, shape), view(2, shape)],
      exprs: [call(primitiveFns.mul, arg(0), arg(1))],
      outputs: [view(3, shape)],
    },
    {
      kind: "map",
      label: "sum",
      shape,
      inputs: [view(0, shape), view(3, shape)],
      exprs: [call(primitiveFns.add, arg(0), arg(1))],
      outputs: [view(4, shape)],
    },
    { kind: "copy", label: "update", input: view(4, shape), output: view(0, shape) },
  ],
  feeds: [{ name: "x", shape, dtype: float, buffer: 1 }],
  outputs: [view(4, shape)],
  arenaBytes: 128,
});
const plan = planIn("f32");

async function rejects(t: test.Test, promise: Promise<unknown>, pattern: RegExp) {
  try {
    await promise;
    t.fail(`expected ${pattern}`);
  } catch (error) {
    t.equal((error as Error).name, "BackendError");
    t.match((error as Error).message, pattern);
  }
}

test("cpu: a plan with variable, feed, constant, arena and output", async (t) => {
  for (const options of [{ threads: 1 }, { relaxed: false, threads: 1 }, { threads: 2 }]) {
    const backend = await cpu(options);
    const store = await backend.store([zeros], { seed: 7 });
    const program = await store.prepare(plan);
    t.equal(program.bytes, 128 + 3 * 24);
    const ones = tensor(
      Float32Array.from({ length: 6 }, () => 1),
      { shape },
    );
    const [first] = await program.run([ones]);
    t.deepEqual((await first?.read())?.toArray(), [
      [1, 3, 5],
      [7, 9, 13],
    ]);
    const [second] = await program.run([
      tensor([
        [1, 0, 0],
        [0, 0, -1],
      ]),
    ]);
    t.deepEqual((await second?.read())?.toArray(), [
      [2, 3, 5],
      [7, 9, 7],
    ]);
    t.deepEqual((await store.read("w")).toArray(), (await second?.read())?.toArray());
    await rejects(
      t,
      first?.read() as Promise<unknown>,
      /handle.read: .* got a value that a later run replaced; await/,
    );
    const times = await program.profile?.([ones]);
    t.ok(times?.length === 3 && times.every((seconds) => seconds >= 0), "profile");
    await backend.close();
  }
});

test("cpu: handles and feeds survive the memory's growth", async (t) => {
  const backend = await cpu();
  const store = await backend.store([zeros]);
  const program = await store.prepare(plan);
  const x = tensor(new Float32Array(6).fill(1), { shape });
  const [before] = await program.run([x]);
  await store.add([
    { ...zeros, path: "large", shape: [1 << 22], init: () => new Float32Array(1 << 22) },
  ]);
  t.deepEqual((await before?.read())?.toArray(), [
    [1, 3, 5],
    [7, 9, 6],
  ]);
  const [after] = await program.run([x]);
  t.deepEqual((await after?.read())?.toArray(), [
    [2, 5, 8],
    [11, 14, 12],
  ]);
  await backend.close();
});

test("cpu: values of every type go in and out, converted", async (t) => {
  const backend = await cpu();
  const types = ["float", "i32", "u32", "bool", "u8", "f16"] as const;
  const specs = types.map((type): VariableSpec => {
    return { path: type, shape: [4], type, role: "data", init: () => [0, 1.7, -2.2, 300] };
  });
  const store = await backend.store(specs);
  const values = async (name: string) => [...(await store.read(name)).data()];
  t.deepEqual(await values("float"), [0, 1.7, -2.2, 300].map(Math.fround));
  t.deepEqual(await values("i32"), [0, 1, -2, 300]);
  t.deepEqual(await values("u32"), [0, 1, 0, 300]);
  t.deepEqual(await values("bool"), [0, 1, 1, 1]);
  t.deepEqual(await values("u8"), [0, 1, 0, 255]);
  t.deepEqual(await values("f16"), [0, 1.7001953125, -2.19921875, 300]);
  await store.write("u8", tensor([5, 6, 7, 8]));
  t.deepEqual(await values("u8"), [5, 6, 7, 8]);
  await store.write("float", tensor([true, false, true, true]));
  t.deepEqual(await values("float"), [1, 0, 1, 1]);
  t.equal((await store.read("bool")).dtype, "bool");
  t.equal((await store.read("f16")).dtype, "f16");
  await store.write("f16", tensor([0.1, -0, 2 ** -24, 1 / 0]));
  t.deepEqual(await values("f16"), [1638 / 2 ** 14, -0, 2 ** -24, 1 / 0]);
  t.throws(() => store.view?.("f16"), /^BackendError: store.view, f16: .*got f16, of which/);
  t.equal(store.bytes, 4 * 16 + 4 + 8);
  t.deepEqual(
    store.variables.map(({ path }) => path),
    [...types],
  );
  t.ok(store.has("u8") && !store.has("u9"));
  await backend.close();
});

test("cpu: adding variables again keeps values, other shapes are refused", async (t) => {
  const backend = await cpu();
  const store = await backend.store({ variables: [{ path: "w", spec: zeros }] }, { seed: 3 });
  await store.write(
    "w",
    tensor([
      [9, 9, 9],
      [9, 9, 9],
    ]),
  );
  await store.add([zeros]);
  t.equal((await store.read("w")).get(0, 0), 9);
  await rejects(
    t,
    store.add([{ ...zeros, shape: [6] }]),
    /cpu store.add: the path w must be free, got w, a parameter \[2, 3\] there, and w, a parameter \[6\] to be added; give/,
  );
  await rejects(t, store.write("w", tensor([1])), /must have shape \[2, 3\], got \[1\]/);
  await rejects(
    t,
    store.read("v"),
    /cpu store.read: the variable must be one of the store \(w\), got v; add it first/,
  );
  const short = { ...zeros, path: "short", init: () => [1] };
  await rejects(
    t,
    store.add([short]),
    /store.add, short: its initialiser must give 6 values for shape \[2, 3\], got 1/,
  );
  const program = await store.prepare(plan);
  await rejects(t, program.run([]), /feed x must have 6 elements, got none/);
  await rejects(t, store.prepare({ ...plan, float: "f64" }), /must be .*f(loat)?32|f64/);
  await rejects(
    t,
    backend.store([], { float: "f16" as never }),
    /float must be "f32" or "f64", got "f16"; choose one of these/,
  );
  await rejects(t, backend.store([], { seed: -1 }), /seed must be an unsigned .*, got -1/);
  const before = backend.describe();
  await rejects(
    t,
    backend.store([zeros, { ...zeros, init: () => [], path: "empty" }]),
    /must give 6 values .*, got 0/,
  );
  t.equal(backend.describe(), before, "what a refused store had allocated is free again");
  await backend.close();
});

test("cpu: what is closed says so, and its memory is used again", async (t) => {
  const backend = await cpu();
  const store = await backend.store([zeros]);
  const before = backend.describe();
  for (let turn = 0; turn < 50; turn++) {
    const other = await backend.store([
      { ...zeros, shape: [1000, 100], init: () => new Float32Array(1e5) },
    ]);
    await (
      await other.prepare({ ...plan, buffers: [], steps: [], feeds: [], outputs: [] })
    ).close();
    await other.close();
  }
  t.equal(backend.describe(), before, "no growth");
  const program = await store.prepare(plan);
  const [handle] = await program.run([tensor(new Float32Array(6), { shape })]);
  await program.close();
  await program.close();
  await rejects(t, handle?.read() as Promise<unknown>, /got a closed program/);
  await rejects(t, program.run([]), /the program must be open/);
  await store.close();
  await rejects(t, store.read("w"), /the store must be open/);
  await backend.close();
  await backend.close();
  await rejects(t, backend.store([]), /the backend must be open/);
});

test("cpu: describe says what runs", async (t) => {
  const plain = await cpu({ relaxed: false, threads: 2 });
  t.match(plain.describe(), /^cpu: WebAssembly SIMD \(plain\), 2 threads, .* shared memory/);
  t.equal(plain.name, "cpu");
  t.deepEqual(plain.floats, ["f32", "f64"]);
  await plain.close();
});

test("cpu: stores of float64 beside those of float32, with all digits", async (t) => {
  const backend = await cpu({ float: "f64" });
  t.deepEqual(backend.floats, ["f64", "f32"], "what stores hold by default comes first");
  const single = await backend.store([zeros], { float: "f32", seed: 7 });
  const store = await backend.store([zeros], { seed: 7 });
  t.equal(store.float, "f64");
  t.equal(store.bytes, 48);
  const third = tensor(Float64Array.of(1 / 3, Math.PI, 1e300, -5e-324, 2 ** 53 + 2, -0), { shape });
  await store.write("w", third);
  const read = await store.read("w");
  t.equal(read.dtype, "f64");
  t.deepEqual([...read.data()], [...third.data()]);
  // As what a checkpoint holds goes into another store.
  const other = await backend.store([zeros]);
  await other.write("w", read);
  t.deepEqual([...(await other.read("w")).data()], [...third.data()]);
  const refusal = await single.write("w", third).catch((error: Error) => error.message);
  t.match(String(refusal), /floats of 32 bits hold .*, got 1e\+300 as element 2/);
  const rounded = tensor(
    third.data().map((value) => (value === 1e300 ? 1e30 : value)),
    { shape },
  );
  await single.write("w", rounded);
  t.deepEqual([...(await single.read("w")).data()], [...rounded.data()].map(Math.fround));
  const x = tensor(new Float64Array(6).fill(0.1), { shape });
  for (const [on, float] of [
    [other, "f64"],
    [single, "f32"],
  ] as const) {
    const round = float === "f64" ? (value: number) => value : Math.fround;
    const program = await on.prepare(planIn(float));
    t.equal(program.bytes, 128 + 3 * (float === "f64" ? 48 : 24));
    const [out] = await program.run([x]);
    const before = [...(on === single ? rounded : third).data()].map(round);
    const expected = before.map((w, at) => round(w + round(round(0.1) * (at + 1))));
    const result = await out?.read();
    t.equal(result?.dtype, float);
    t.deepEqual([...(result?.data() ?? [])], expected);
    t.deepEqual([...(await on.read("w")).data()], expected);
  }
  await rejects(t, store.prepare(planIn("f32")), /float/);
  await backend.close();
});

test("cpu: an unknown float type is refused", async (t) => {
  await rejects(
    t,
    cpu({ float: "f16" as never }),
    /cpu\(\{ float \}\): float must be "f32" or "f64", got "f16"; leave the option out for 32 bits/,
  );
  await rejects(
    t,
    cpu({ dtype: "f64" } as never),
    /^cpu: options must be among float, relaxed, threads, native, got dtype; correct the name/,
  );
});
