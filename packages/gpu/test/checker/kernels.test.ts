/** Kernels of the backend with and without their barriers: those that are right must pass, and those that lack one must not. */
import { parseExpr, type Step } from "@metrigrad/tensor";
import test from "tape";
import { WebGpuBackend } from "../../src/webgpu/backend.ts";
import { Device } from "../../src/webgpu/device.ts";
import type { GpuContext } from "../../src/webgpu/gpujs.ts";
import { replaced } from "../support/devices.ts";
import { TestPlan } from "../support/plans.ts";
import { checkedGpu } from "./device.ts";
import { Runner } from "./run/dispatch.ts";

/** Runs a step whose texts are changed. Returns what was found, and the largest difference to the reference. */
async function checked(make: (plan: TestPlan) => Step, change: (text: string) => string) {
  const runner = new Runner(32);
  const adapter = await checkedGpu(runner).requestAdapter();
  const device = await adapter.requestDevice();
  replaced(device, "createShaderModule", (plain) => (module) => {
    return plain({ code: change((module as { readonly code: string }).code) });
  });
  const context = { adapter, device, isLost: false } as unknown as GpuContext;
  const backend = new WebGpuBackend(new Device(context));
  const plan = new TestPlan();
  const difference = await plan.difference(backend, [make(plan)]);
  await backend.close();
  return { difference, kinds: new Set(runner.findings.all.map(({ kind }) => kind)) };
}

const label = "";
/** Elements of a positive matrix of 40 axes. */
const positive = (at: number) => (at % 41 === 2 ? 9 : Math.sin(at) / 50);

const steps = {
  reduction: (plan) => ({
    ...{ kind: "reduce", label, shape: [3, 700], axes: [1], ops: ["sum"] },
    ...{ inputs: [plan.view([3, 700])], exprs: [parseExpr("(x) => x")], outputs: [plan.view([3])] },
  }),
  product: (plan) => {
    const [a, b] = [plan.view([40, 70]), plan.view([70, 40])];
    return { kind: "matmul", label, a, b, outputs: [plan.view([40, 40])] };
  },
  factor: (plan) => {
    const a = plan.view([40, 40], "f32", positive);
    return { kind: "cholesky", label, a, shift: null, output: plan.view([40, 40]), used: null };
  },
  sort: (plan) => {
    const output = plan.view([2, 14], "i32", () => 0);
    return { kind: "sort", label, input: plan.view([2, 14]), descending: true, output };
  },
} satisfies Readonly<Record<string, (plan: TestPlan) => Step>>;

const barrier = /workgroupBarrier\(\);/g;

test("kernels as they are pass", async (t) => {
  for (const [name, make] of Object.entries(steps)) {
    const { difference, kinds } = await checked(make, (text) => text);
    t.ok(difference < 1e-5, `${name}: off by ${difference}`);
    t.same([...kinds], [], name);
  }
});

test("a kernel that lacks one of its barriers does not pass", async (t) => {
  for (const name of ["reduction", "product", "sort"] as const) {
    let count = 1;
    for (let dropped = 0; dropped < count; dropped++) {
      const { kinds } = await checked(steps[name], (text) => {
        let at = 0;
        const without = text.replace(barrier, (own) => (at++ === dropped ? "" : own));
        count = at;
        return without;
      });
      t.same([...kinds], ["race in workgroup memory"], `${name} without barrier ${dropped}`);
    }
    t.ok(count >= 2, `${name} has ${count} barriers`);
  }
});

test("a kernel that lacks barriers of storage does not pass", async (t) => {
  const { kinds } = await checked(steps.factor, (text) => text.replaceAll("storageBarrier();", ""));
  t.same([...kinds], ["race in storage between threads of a workgroup"]);
});
