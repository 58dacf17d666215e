import { spawn } from "node:child_process";
import { BackendError } from "@metrigrad/tensor";
import test from "tape";
import { type GpuMode, gpu } from "../src/index.ts";
import { onWebGpu } from "./support/adapter.ts";

const messageOf = (action: Promise<unknown>) =>
  action.then(
    () => "",
    (error) => (error instanceof BackendError ? error.message : `another error: ${error}`),
  );

test("gpu: each mode says what runs where", async (t) => {
  for (const mode of ["webasm", "cpu"] as const) {
    const backend = await gpu({ mode });
    t.equal(backend.mode, mode);
    t.match(backend.describe(), new RegExp(`^gpu: ${mode}, by gpu.js kernels: .*; on the host: `));
    t.deepEqual(backend.floats, ["f32"]);
    await backend.close();
    await backend.close();
    t.match(await messageOf(backend.store([])), /backend.store: the backend must be open/);
  }
});

test("gpu: a mode that is not there is an error that says what to do", async (t) => {
  t.match(
    await messageOf(gpu({ mode: "webgl2" })),
    /^gpu\({ mode: "webgl2" }\): gpu.js must have that mode here, got .*; use a browser/,
  );
  t.match(await messageOf(gpu({ mode: "cuda" as GpuMode })), /mode must be one of webgpu, .*got "/);
});

test("gpu: unknown options are refused", async (t) => {
  t.match(
    await messageOf(gpu({ float: "f32" } as never)),
    /^gpu: options must be among mode, tune, got float; correct the name/,
  );
});

test("gpu: tune is a yes or a no", async (t) => {
  t.match(
    await messageOf(gpu({ tune: "yes" as never })),
    /^gpu: tune must be true or false, got "yes"; leave it out/,
  );
  const backend = await gpu({ mode: "cpu", tune: true });
  t.doesNotMatch(backend.describe(), /measured/, "other modes have nothing to measure");
  await backend.close();
});

test("gpu: without a mode the best one that answers, and never cpu", async (t) => {
  const backend = await gpu();
  t.notEqual(backend.mode, "cpu");
  const why = /; not there: webgpu \(/;
  if (backend.mode !== "webgpu") t.match(backend.describe(), why);
  else t.doesNotMatch(backend.describe(), why);
  await backend.close();
});

test("gpu: float64 and odd seeds are refused", async (t) => {
  const backend = await gpu({ mode: "cpu" });
  t.match(
    await messageOf(backend.store([], { float: "f64" })),
    /float must be "f32", got "f64"; leave it out, or .* cpu\(\), or reference\(\)/,
  );
  t.match(await messageOf(backend.store([], { seed: -1 })), /seed must be an unsigned 32-bit/);
  await backend.close();
});

test("gpu: navigator is as before", async (t) => {
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  await onWebGpu(t, async () => undefined);
  t.deepEqual(Object.getOwnPropertyDescriptor(globalThis, "navigator"), before);
});

test("gpu: a process ends by itself, with and without close", async (t) => {
  await onWebGpu(t, async () => {
    for (const after of ["", "await backend.close();"]) {
      const source = `
        import { gpu } from "@metrigrad/gpu";
        const backend = await gpu({ mode: "webgpu" });
        const store = await backend.store([{ path: "w", shape: [3], type: "float", role: "state", init: () => [1, 2, 3] }]);
        console.log((await store.read("w")).data().join());
        ${after}`;
      const flags = ["--conditions=@metrigrad/source", "--import", "tsx", "--input-type=module"];
      const child = spawn(process.execPath, [...flags, "-e", source], {
        stdio: ["ignore", "pipe", "inherit"],
        cwd: import.meta.dirname,
      });
      const patience = setTimeout(() => child.kill("SIGKILL"), 20_000);
      let text = "";
      child.stdout.on("data", (data) => {
        text += data;
      });
      const code = await new Promise((done) => child.on("close", done));
      clearTimeout(patience);
      t.equal(text.trim(), "1,2,3");
      t.equal(code, 0, `exit code after ${after || "nothing"}`);
    }
  });
});
