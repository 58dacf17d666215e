import { promiseHooks, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { BackendError } from "@metrigrad/tensor";
import test from "tape";
import { Device } from "../../src/webgpu/device.ts";
import { fakeDevice } from "../support/fakeDevice.ts";

const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

const messageOf = (action: () => unknown) => {
  try {
    action();
    return "";
  } catch (error) {
    return error instanceof BackendError ? error.message : `another error: ${error}`;
  }
};

test("device: a closed one can be collected, while its GPUDevice lives on", async (t) => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const fake = fakeDevice();
  const closed = Array.from({ length: 5 }, () => {
    const device = new Device(fake.context);
    device.close();
    return new WeakRef(device);
  });
  for (let round = 0; round < 5; round++) {
    await turn();
    collect();
  }
  t.deepEqual(
    closed.map((device) => device.deref() === undefined),
    [true, true, true, true, true],
  );
  t.equal(fake.listeners(), 1, "all of them listen together");
});

test("device: every one of a GPUDevice hears of its loss, also one that is made later", async (t) => {
  const [fake, other] = [fakeDevice(), fakeDevice()];
  const devices = [new Device(fake.context), new Device(fake.context)];
  const apart = new Device(other.context);
  for (const device of devices)
    t.equal(
      messageOf(() => device.check("x")),
      "",
    );
  fake.lose("it fell asleep");
  await turn();
  for (const device of [...devices, new Device(fake.context)]) {
    t.match(
      messageOf(() => device.check("x")),
      /^x: the gpu must be there, got a lost device \(it fell asleep\); make a new backend/,
    );
  }
  t.equal(
    messageOf(() => apart.check("x")),
    "",
    "another GPUDevice is there",
  );
});

/** Submits runs that nobody awaits, ends them one by one, and returns the promise callbacks that ran meanwhile. */
async function callbacksOf(runs: number): Promise<number> {
  const { context, finish } = fakeDevice();
  const device = new Device(context);
  let count = 0;
  const stop = promiseHooks.onBefore(() => {
    count++;
  }) as unknown as () => void;
  const all = Array.from({ length: runs }, () => device.submit(() => undefined));
  for (let done = 0; done < runs; done++) {
    finish();
    await turn();
  }
  await Promise.all(all);
  stop();
  return count;
}

test("device: what runs that nobody awaits cost grows with their number, and not with its square", async (t) => {
  const [few, many] = [await callbacksOf(50), await callbacksOf(400)];
  t.ok(few > 50, `${few} callbacks for 50 runs`);
  t.ok(many < 10 * few, `${many} callbacks for 400 runs`);
});

test("device: a run resolves when two are in flight at most, in order", async (t) => {
  const { context, finish } = fakeDevice();
  const device = new Device(context);
  const resolved: number[] = [];
  for (let run = 0; run < 6; run++) {
    device.submit(() => undefined).then(() => resolved.push(run));
  }
  await turn();
  const seen: number[][] = [[...resolved]];
  for (let done = 0; done < 6; done++) {
    finish();
    await turn();
    seen.push([...resolved]);
  }
  const two = [0, 1];
  const six = [0, 1, 2, 3, 4, 5];
  t.deepEqual(seen, [two, two, two, two, six, six, six]);
  let alone = false;
  device
    .submit(() => undefined)
    .then(() => {
      alone = true;
    });
  await turn();
  t.ok(alone, "one that is alone does not wait");
});

test("device: a run that cannot be encoded rejects, and leaves room for others", async (t) => {
  const { context } = fakeDevice();
  const device = new Device(context);
  for (let run = 0; run < 4; run++) {
    const failed = await device
      .submit(() => {
        throw new RangeError("as a call may");
      })
      .catch((error: Error) => error.message);
    t.equal(failed, "as a call may");
  }
  let resolved = 0;
  for (let run = 0; run < 2; run++) device.submit(() => undefined).then(() => resolved++);
  await turn();
  t.equal(resolved, 2, "two runs do not wait");
});

test("device: a program that a lost device refuses is not to blame", async (t) => {
  const made = {} as never;
  const { context, lose } = fakeDevice({
    createBindGroupLayout: () => made,
    createPipelineLayout: () => made,
    createShaderModule: () => made,
    createComputePipelineAsync: () => Promise.reject(new Error("no such device")),
    popErrorScope: async () => ({ message: "no such device" }) as GPUError,
  });
  const device = new Device(context);
  const messages = async () => [
    await device.pipeline("text", []).catch((error: Error) => error.message),
    await device.attempt("store.prepare", () => undefined).catch((error: Error) => error.message),
  ];
  for (const message of await messages()) {
    t.match(String(message), /the gpu must accept the program, got no such device; report this/);
  }
  lose("it fell asleep");
  await turn();
  for (const message of await messages()) {
    t.match(String(message), /the gpu must be there, got a lost device \(it fell asleep\); make/);
  }
});
