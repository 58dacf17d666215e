import test from "tape";
import { BackendError } from "../../src/errors.ts";
import { reference } from "../../src/reference/reference.ts";

test("the reference backend describes itself", async (t) => {
  const backend = await reference();
  t.is(backend.name, "reference");
  t.deepEqual(backend.floats, ["f64", "f32"]);
  t.match(backend.describe(), /ndarrays on the host/);
  await backend.close();
});

test("wrong options and a closed backend are refused", async (t) => {
  const backend = await reference();
  const attempt = async (options: object, message: RegExp) => {
    try {
      await backend.store([], options);
      t.fail("accepted");
    } catch (error) {
      t.ok(error instanceof BackendError);
      t.match((error as Error).message, message);
    }
  };
  await attempt({ seed: -1 }, /seed must be an unsigned 32-bit integer, got -1; pass/);
  await attempt({ seed: 0.5 }, /seed must be/);
  await attempt(
    { float: "f16" },
    /reference, backend.store: float must be "f64" or "f32", got "f16"; choose/,
  );
  await attempt({ flaot: "f32" }, /store: options must be among seed, float, name, got flaot/);
  const store = await backend.store([]);
  await backend.close();
  await backend.close();
  await attempt({}, /the backend must be open, got a closed one; make a new backend/);
  try {
    await store.add([]);
    t.fail("accepted");
  } catch (error) {
    t.match((error as Error).message, /the store must be open/);
  }
});

test("reference({ float }) is what stores hold that name no floats", async (t) => {
  const backend = await reference({ float: "f32" });
  t.deepEqual(backend.floats, ["f32", "f64"]);
  t.equal((await backend.store([])).float, "f32");
  t.equal((await backend.store([], { float: "f64" })).float, "f64");
  await backend.close();
  const messageOf = (options: object) =>
    reference(options).then(
      () => "accepted",
      (error: Error) => error.message,
    );
  t.match(
    await messageOf({ float: "f16" }),
    /^reference\(\{ float \}\): float must be "f32" or "f64", got "f16"; leave the option out/,
  );
  t.match(await messageOf({ dtype: "f32" }), /^reference: options must be among float, got dtype;/);
});
