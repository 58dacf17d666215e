import { BackendError, tensor, type VariableSpec } from "@metrigrad/tensor";
import test from "tape";
import { Page } from "../../src/webgpu/page.ts";
import { onDevice, replaced } from "../support/devices.ts";
import { TestPlan } from "../support/plans.ts";

const spec: VariableSpec = {
  path: "w",
  shape: [3],
  type: "float",
  role: "state",
  init: () => [1, 2, 3],
};

const messageOf = (action: Promise<unknown>) =>
  action.then(
    () => "",
    (error) => (error instanceof BackendError ? error.message : `another error: ${error}`),
  );

/** Lets a device report what nobody caught. */
async function settled(device: GPUDevice): Promise<void> {
  await device.queue.onSubmittedWorkDone();
  await new Promise((done) => setTimeout(done, 20));
}

/** Collects the errors that nobody caught; gpu.js would print them. */
function uncaught(device: GPUDevice) {
  const before = device.onuncapturederror;
  const errors: string[] = [];
  device.onuncapturederror = ({ error }) => errors.push(error.message);
  const restore = () => {
    device.onuncapturederror = before;
  };
  return { errors, restore };
}

test("scope: an error of another user of the device is not ours", async (t) => {
  await onDevice(t, async ({ backend, shared }) => {
    const seen = uncaught(shared);
    const foreign = () => shared.createShaderModule({ code: "no text of WGSL" });
    const store = await backend.store([spec]);
    foreign();
    await settled(shared);
    t.ok(seen.errors.length > 0, `the device reported it: ${seen.errors[0]}`);
    const reading = store.read("w");
    foreign();
    t.deepEqual(Array.from((await reading).data()), [1, 2, 3], "while a value is on its way");
    const writing = store.write("w", tensor([4, 5, 6]));
    foreign();
    await writing;
    t.deepEqual(Array.from((await store.read("w")).data()), [4, 5, 6]);
    const plan = new TestPlan();
    const step = {
      kind: "copy" as const,
      label: "",
      input: plan.view([4]),
      output: plan.view([4]),
    };
    const running = plan.difference(backend, [step]);
    foreign();
    t.equal(await running, 0, "a program runs");
    seen.restore();
  });
});

test("scope: the handler of the device stays that of its owner", async (t) => {
  await onDevice(t, async ({ backend, shared }) => {
    const before = shared.onuncapturederror;
    const handler = () => undefined;
    shared.onuncapturederror = handler;
    await (await backend.store([spec])).close();
    await backend.close();
    t.equal(shared.onuncapturederror, handler);
    shared.onuncapturederror = before;
  });
});

test("scope: our own refused values are an error at every later door, and nobody else's", async (t) => {
  await onDevice(t, async ({ backend, device, shared }) => {
    const seen = uncaught(shared);
    const store = await backend.store([spec]);
    const page = new Page("too small", 64);
    await device.allocate([page], "test");
    device.write(page, 128, new Uint8Array(4));
    t.match(
      await messageOf(store.read("w")),
      /^gpu, read: the gpu must accept what it is given, got .*; report this with the plan .*not to be trusted$/s,
    );
    t.match(await messageOf(backend.store([])), /^backend.store: the gpu must accept/);
    await settled(shared);
    t.deepEqual(seen.errors, [], "the device's owner hears nothing of it");
    seen.restore();
  });
});

test("scope: a program that the device refuses does not stop others", async (t) => {
  await onDevice(t, async ({ backend, device, shared }) => {
    const seen = uncaught(shared);
    t.match(
      await messageOf(device.pipeline("fn main( {", [])),
      /^gpu, shader: the gpu must accept the program, got .*main.*all values are as before$/s,
    );
    const refusing = device.attempt("store.prepare", () =>
      shared.createShaderModule({ code: "!" }),
    );
    t.match(await messageOf(refusing), /^store.prepare: the gpu must accept the program/);
    const store = await backend.store([spec]);
    t.deepEqual(Array.from((await store.read("w")).data()), [1, 2, 3]);
    await settled(shared);
    t.deepEqual(seen.errors, []);
    seen.restore();
  });
});

test("scope: scopes are closed where a call throws", async (t) => {
  await onDevice(t, async ({ backend, device, shared }) => {
    const open: number[] = [0];
    const count = (by: number) => (plain: (...args: unknown[]) => unknown) => {
      return (...args: unknown[]) => {
        open.push((open.at(-1) as number) + by);
        return plain(...args);
      };
    };
    const restores = [
      replaced(shared, "pushErrorScope", count(1)),
      replaced(shared, "popErrorScope", count(-1)),
    ];
    const failing = device.attempt("test", () => {
      throw new RangeError("as a call may");
    });
    t.match(await messageOf(failing), /another error: RangeError/);
    await (await backend.store([spec])).close();
    t.ok(Math.max(...open) > 0);
    t.equal(open.at(-1), 0, "as many ends as begins");
    for (const restore of restores) restore();
  });
});
