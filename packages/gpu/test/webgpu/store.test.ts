import { BackendError, type Store, tensor, type VariableSpec } from "@metrigrad/tensor";
import test from "tape";
import { storeCases } from "../../../tensor/test/backend/storeCases.ts";
import { gpu } from "../../src/index.ts";
import { gpuJs } from "../../src/webgpu/gpujs.ts";
import { onWebGpu } from "../support/adapter.ts";

const spec = (path: string, size: number): VariableSpec => {
  const init = () => Float32Array.from({ length: size }, (_, i) => i);
  return { path, shape: [size], type: "float", role: "state", init };
};

const messageOf = (action: Promise<unknown>) =>
  action.then(
    () => "",
    (error) => (error instanceof BackendError ? error.message : `another error: ${error}`),
  );

test("webgpu store: variables that do not fit together lie apart", async (t) => {
  await onWebGpu(
    t,
    async (backend) => {
      const store = await backend.store([spec("a", 100), spec("b", 100), spec("c", 5)]);
      t.equal(store.bytes, 820);
      for (const [name, last] of [
        ["a", 99],
        ["b", 99],
        ["c", 4],
      ] as const) {
        t.equal((await store.read(name)).data().at(-1), last, name);
      }
      await store.write("b", tensor(new Float32Array(100).fill(7)));
      t.equal((await store.read("b")).get(50), 7);
      t.equal((await store.read("a")).get(50), 50);
      t.match(
        await messageOf(store.add([spec("d", 200)])),
        /one buffer of the gpu \(512 bytes, the adapter/,
      );
      t.match(await messageOf(store.add([spec("a", 3)])), /gpu store.add: the path a must be free/);
      t.match(
        await messageOf(store.read("e")),
        /the variable must be one of the store \(a, b, c\), got e/,
      );
    },
    { pageBytes: 512 },
  );
});

test("webgpu store: a variable that two calls add at once is one", async (t) => {
  await onWebGpu(t, async (backend) => {
    const store = await backend.store([]);
    let made = 0;
    const one = { ...spec("a", 3), init: () => [++made, made, made] };
    await Promise.all([store.add([one]), store.add([one, spec("b", 2)])]);
    t.deepEqual(Array.from((await store.read("a")).data()), [1, 1, 1]);
    t.equal(made, 1);
    t.equal(store.variables.length, 2);
  });
});

test("webgpu: a lost device is an error that says what to do", async (t) => {
  await onWebGpu(t, async (backend) => {
    const store: Store = await backend.store([spec("a", 3)]);
    await (await gpuJs()).WebGPUContext.destroy();
    // The news takes its way through the event loop.
    let message = "";
    for (let turn = 0; turn < 100 && message === ""; turn++) {
      await new Promise((done) => setTimeout(done, 5));
      message = await messageOf(store.read("a"));
    }
    t.match(
      message,
      /the gpu must be there, got a lost device .*; make a new backend with gpu\(\)/,
    );
  });
  await onWebGpu(t, async (backend) => {
    const store = await backend.store([spec("a", 3)]);
    t.equal((await store.read("a")).get(2), 2, "a new backend has a new device");
  });
});

for (const { name, check } of storeCases) {
  test(`webgpu store: ${name}`, async (t) => {
    await onWebGpu(t, (backend) => check(t, backend));
  });
  test(`gpu.js store: ${name}`, async (t) => {
    const backend = await gpu({ mode: "webasm" });
    await check(t, backend);
    await backend.close();
  });
}
