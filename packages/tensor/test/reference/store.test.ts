import test from "tape";
import type { VariableSpec } from "../../src/backend/variable.ts";
import { tensor } from "../../src/create.ts";
import { BackendError } from "../../src/errors.ts";
import { uniformStream } from "../../src/random/stream.ts";
import { reference } from "../../src/reference/reference.ts";
import { variable } from "./plans.ts";

const uniform: VariableSpec["init"] = ({ path, seed, shape }) => {
  const stream = uniformStream({ seed, path });
  return Array.from({ length: shape[0] as number }, (_, i) => stream.uniform(i));
};

test("stores initialise variables as functions of seed and path", async (t) => {
  const backend = await reference();
  const specs = [variable("a", [4], { init: uniform }), variable("b", [4], { init: uniform })];
  const [one, again, other] = [
    await backend.store(
      { variables: specs.map((spec) => ({ path: spec.path ?? "", spec })) },
      { seed: 7 },
    ),
    await backend.store(specs, { seed: 7, float: "f32" }),
    await backend.store(specs),
  ];
  const a = (await one.read("a")).toArray();
  t.deepEqual((await again.read("a")).toArray(), a, "24-bit uniforms are the same in f32");
  t.notDeepEqual((await other.read("a")).toArray(), a);
  t.notDeepEqual((await one.read("b")).toArray(), a);
  t.is(one.float, "f64");
  t.is(one.seed, 7);
  t.is(other.seed, 0);
  t.is(one.backend, backend);
  t.is(one.bytes, 64);
  t.is(again.bytes, 32);
  t.deepEqual(
    one.variables.map(({ path }) => path),
    ["a", "b"],
  );
  await backend.close();
});

test("values are converted to the variable's type", async (t) => {
  const backend = await reference();
  const types = ["float", "i32", "u32", "bool", "u8", "f16"] as const;
  const specs = types.map((type) => variable(type, [2], { type, init: () => [-1.5, 300.1] }));
  const store = await backend.store(specs, { float: "f32" });
  const read = async () =>
    Promise.all(types.map(async (type) => (await store.read(type)).toArray()));
  t.deepEqual(await read(), [
    [-1.5, Math.fround(300.1)],
    [-1, 300],
    [0, 300],
    [1, 1],
    [0, 255],
    [-1.5, 300],
  ]);
  for (const type of types) await store.write(type, tensor([0.1, 2.9]));
  t.deepEqual(await read(), [
    [Math.fround(0.1), Math.fround(2.9)],
    [0, 2],
    [0, 2],
    [1, 1],
    [0, 2],
    [1638 / 2 ** 14, 2.900390625],
  ]);
  t.is((await store.read("bool")).dtype, "bool");
  t.is((await store.read("f16")).dtype, "f16");
  const large = await store.write("f16", tensor([1, 7e4])).catch(String);
  t.match(
    String(large),
    /^DataError: store.write, f16: floats of 16 bits \(f16\) hold numbers below 65520, got 70000 as element 1/,
  );
  await store.write("f16", tensor([1, Number.POSITIVE_INFINITY]));
  await backend.close();
});

test("reads are copies, also of scalars and of nothing", async (t) => {
  const backend = await reference();
  const store = await backend.store([variable("s", []), variable("none", [0, 3])]);
  const before = await store.read("s");
  await store.write("s", tensor(5));
  t.is(before.item(), 0.1);
  t.is((await store.read("s")).item(), 5);
  t.deepEqual((await store.read("none")).shape, [0, 3]);
  await backend.close();
});

test("unknown names, wrong shapes and closed stores are refused", async (t) => {
  const backend = await reference();
  const store = await backend.store([variable("w", [2])]);
  await rejects(
    t,
    store.read("v"),
    /reference store.read: the variable must be one of the store \(w\), got v; add it first/,
  );
  await rejects(
    t,
    store.write("v", tensor([1])),
    /reference store.write: the variable must be one of the store \(w\)/,
  );
  await rejects(
    t,
    store.write("w", tensor([1])),
    /store.write, w: the value must have shape \[2\], got \[1\]; write/,
  );
  await store.close();
  await rejects(t, store.read("w"), /store.read: the store must be open, got a closed one; make/);
  await rejects(t, store.add([]), /store.add: the store must be open/);
  await store.close();
  await backend.close();
});

async function rejects(t: test.Test, promise: Promise<unknown>, message: RegExp): Promise<void> {
  try {
    await promise;
    t.fail(`resolved instead of ${message}`);
  } catch (error) {
    t.ok(error instanceof BackendError);
    t.match((error as Error).message, message);
  }
}
