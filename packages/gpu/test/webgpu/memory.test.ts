import {
  type Executable,
  type Step,
  type Store,
  tensor,
  type VariableSpec,
} from "@metrigrad/tensor";
import test from "tape";
import { type Opened, onDevice, replaced, watchBuffers } from "../support/devices.ts";

/** A plan that doubles a variable by way of the arena, with a constant. */
function doubling(spec: VariableSpec) {
  const size = spec.shape[0] as number;
  const view = (buffer: number) => ({ buffer, shape: [size], strides: [1], offset: 0 });
  const buffer = (place: object) => ({ dtype: "f32" as const, size, place, label: "" });
  const copy = (from: number, to: number): Step => {
    return { kind: "copy", label: "", input: view(from), output: view(to) };
  };
  return {
    ...{ float: "f32" as const, feeds: [], arenaBytes: 4 * size },
    buffers: [
      buffer({ kind: "variable", spec }),
      buffer({ kind: "arena", offset: 0 }),
      buffer({ kind: "constant", data: new Float32Array(size).fill(2) }),
      buffer({ kind: "output" }),
    ] as never,
    steps: [copy(2, 1), copy(1, 0), copy(0, 3)],
    outputs: [view(3)],
  };
}

const spec = (path: string, size: number): VariableSpec => {
  return { path, shape: [size], type: "float", role: "state", init: () => new Float32Array(size) };
};

/** Two stores with two programs each. */
async function openAll({ backend }: Opened) {
  const stores: Store[] = [];
  const programs: Executable[] = [];
  for (const size of [100, 3000]) {
    const [a, b] = [spec("a", size), spec("b", 2 * size)];
    const store = await backend.store([a, b]);
    stores.push(store);
    for (const one of [a, b]) {
      const program = await store.prepare(doubling(one));
      const [output] = await program.run([]);
      if ((await output?.read())?.get(size - 1) !== 2) throw new Error("a program must run");
      programs.push(program);
    }
  }
  return [...programs, ...stores];
}

/** All orders of the numbers below n. */
function orders(n: number): number[][] {
  if (n === 0) return [[]];
  return orders(n - 1).flatMap((order) =>
    Array.from({ length: n }, (_, at) => [...order.slice(0, at), n - 1, ...order.slice(at)]),
  );
}

test("memory: all bytes come back, in whatever order programs and stores are closed", async (t) => {
  await onDevice(t, async (opened) => {
    const watched = watchBuffers(opened.shared);
    // 72 of the 720 orders, from all over the list.
    const some = orders(6).filter((_, at) => at % 10 === 3);
    let wrong = 0;
    for (const order of some) {
      const all = await openAll(opened);
      if (opened.device.bytes !== watched.bytes() || watched.bytes() < 4 * 20_000) wrong++;
      for (const at of order) {
        const { bytes } = opened.device;
        const one = all[at] as Executable | Store;
        const open = at < 4 && !order.slice(0, order.indexOf(at)).includes(4 + Math.floor(at / 2));
        await one.close();
        await one.close();
        const freed = bytes - opened.device.bytes;
        // A store closes its programs.
        if (at < 4 && freed !== (open ? one.bytes : 0)) wrong++;
        if (opened.device.bytes !== watched.bytes()) wrong++;
      }
      if (watched.bytes() !== 0) wrong++;
    }
    t.equal(some.length, 72);
    t.equal(wrong, 0, "orders in which bytes stayed, or went too early");
    await openAll(opened);
    t.ok(watched.bytes() > 0);
    await opened.backend.close();
    t.equal(watched.bytes(), 0, "a backend closes its stores and their programs");
    watched.restore();
  });
});

test("memory: removed variables, and variables that are added after programs are closed", async (t) => {
  await onDevice(t, async ({ backend, shared }) => {
    const watched = watchBuffers(shared);
    const [a, b, c] = [spec("a", 500), spec("b", 700), spec("c", 900)];
    const store = await backend.store([a]);
    const one = watched.bytes();
    await store.add([b]);
    const two = watched.bytes();
    const program = await store.prepare(doubling(a));
    await store.remove([a]);
    await program.close();
    t.equal(watched.bytes(), two - one, "b alone");
    await store.add([c]);
    await store.remove([b]);
    await store.remove([c]);
    t.equal(watched.bytes(), 0);
    watched.restore();
  });
});

test("memory: a program that cannot be prepared leaves nothing", async (t) => {
  await onDevice(t, async ({ backend, shared }) => {
    const watched = watchBuffers(shared);
    const a = spec("a", 100);
    const store = await backend.store([a]);
    const before = watched.bytes();
    const restore = replaced(shared, "createBindGroup", () => () => {
      throw new Error("as a device may");
    });
    const failed = await store.prepare(doubling(a)).catch((error: Error) => error.message);
    restore();
    t.equal(failed, "as a device may");
    t.equal(watched.bytes(), before);
    const [program] = await Promise.all([
      store.prepare(doubling(a)).catch((error: Error) => error.message),
      store.close(),
    ]);
    t.match(String(program), /store.prepare: the store must be open/, "closed at the same time");
    t.equal(watched.bytes(), 0);
    watched.restore();
  });
});

test("memory: all that is on its way when a backend is closed ends, with a value or with an error", async (t) => {
  await onDevice(t, async ({ backend, device, shared }) => {
    const watched = watchBuffers(shared);
    const errors: string[] = [];
    const restore = replaced(shared, "popErrorScope", (plain) => async () => {
      const error = (await plain()) as GPUError | null;
      if (error !== null) errors.push(error.message);
      return error;
    });
    const [a, b, c] = [spec("a", 100), spec("b", 200), spec("c", 300)];
    const store = await backend.store([a]);
    const program = await store.prepare(doubling(a));
    const [output] = await program.run([]);
    const runs = Array.from({ length: 6 }, () => program.run([]));
    const lasting = [output?.read(), store.read("a"), ...runs];
    const refused = [store.add([b]), backend.store([c]), store.prepare(doubling(a))];
    const ends = Promise.allSettled([...lasting, ...refused]);
    await backend.close();
    t.deepEqual(
      (await ends).map(({ status }) => status),
      ["rejected", ...lasting.slice(1).map(() => "fulfilled"), ...refused.map(() => "rejected")],
      "the first output is stale by then",
    );
    t.deepEqual(errors, [], "nothing is done with memory that is gone");
    t.equal(device.bytes, 0);
    t.equal(watched.bytes(), 0);
    restore();
    watched.restore();
  });
});

test("memory: variables and outputs of no elements", async (t) => {
  await onDevice(t, async ({ backend }) => {
    const store = await backend.store([spec("a", 0)]);
    const none = spec("none", 0);
    await store.add([none]);
    const program = await store.prepare(doubling(none));
    const [output] = await program.run([]);
    t.deepEqual((await output?.read())?.shape, [0]);
    await store.write("a", tensor(new Float32Array(0), { shape: [0] }));
    t.equal((await store.read("a")).size, 0);
  });
});
