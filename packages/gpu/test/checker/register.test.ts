import { spawnSync } from "node:child_process";
import test from "tape";
import { kernel } from "./support.ts";

/** A module that runs a kernel by `navigator.gpu` in a test of tape, as the tests of the backend do. */
const moduleOf = (code: string) => `
import test from "tape";
test("a kernel", async (t) => {
  const adapter = await navigator.gpu.requestAdapter();
  const device = await adapter.requestDevice();
  const module = device.createShaderModule({ code: ${JSON.stringify(code)} });
  const pipeline = await device.createComputePipelineAsync({ compute: { module } });
  const entries = [0, 1].map((binding) => ({ binding, resource: { buffer: device.createBuffer({ size: 16 }) } }));
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, device.createBindGroup({ entries }), [0]);
  pass.dispatchWorkgroups(1);
  pass.end();
  device.queue.submit([encoder.finish()]);
  t.pass("it ran");
});`;

function run(code: string) {
  const register = new URL("./register.ts", import.meta.url).href;
  const args = ["--import", "tsx", "--import", register, "--input-type=module", "--eval"];
  return spawnSync(process.execPath, [...args, moduleOf(code)], { encoding: "utf8" });
}

test("a process in which something is found fails, although its tests pass", (t) => {
  const wrong = run(kernel("data[0] = lane;", 4));
  t.match(wrong.stdout, /^# pass {2}1$/m, wrong.stderr);
  t.match(wrong.stderr, /^# checked 1 dispatches, 4 threads$/m);
  t.match(wrong.stderr, /^FOUND race in storage between threads of a workgroup: in workgroup 0/m);
  t.equal(wrong.status, 1);
  const right = run(kernel("data[lane] = lane;", 4));
  t.doesNotMatch(right.stderr, /FOUND/);
  t.equal(right.status, 0, right.stderr);
  t.end();
});
