import test from "tape";
import { run } from "../../src/step/reduce.ts";
import { acquireContext, asking } from "../../src/webgpu/acquire.ts";
import { fullRequest, limitsOf, showLimits } from "../../src/webgpu/limits.ts";
import { onWebGpu } from "../support/adapter.ts";

const adapterLimits = {
  maxBufferSize: 2 ** 34,
  maxStorageBufferBindingSize: 2 ** 31 - 4,
  maxStorageBuffersPerShaderStage: 10,
  maxComputeWorkgroupsPerDimension: 65535,
  maxComputeWorkgroupStorageSize: 32768,
  maxTextureDimension2D: 16384,
} as unknown as GPUSupportedLimits;

/** An adapter that notes what is asked of it. */
function adapterOf(features: readonly string[]) {
  const asked: (GPUDeviceDescriptor | undefined)[] = [];
  class Adapter {
    readonly limits = adapterLimits;
    readonly features = new Set(features) as unknown as GPUSupportedFeatures;
    async requestDevice(request?: GPUDeviceDescriptor) {
      asked.push(request);
      return {} as GPUDevice;
    }
  }
  return { adapter: new Adapter() as unknown as GPUAdapter, asked };
}

test("limits: a device is asked for the adapter's largest, and for timestamps if there are any", async (t) => {
  const { adapter, asked } = adapterOf(["timestamp-query", "shader-f16"]);
  const gpu = asking({ requestAdapter: async () => adapter });
  const found = (await gpu.requestAdapter()) as GPUAdapter;
  t.equal(found, adapter, "the adapter is the platform's own");
  await found.requestDevice({ label: "x", requiredLimits: { maxBufferSize: 5 } });
  await found.requestDevice({ label: "y" });
  t.deepEqual(asked, [
    {
      label: "x",
      requiredLimits: {
        maxBufferSize: 2 ** 34,
        maxStorageBufferBindingSize: 2 ** 31 - 4,
        maxStorageBuffersPerShaderStage: 10,
        maxComputeWorkgroupsPerDimension: 65535,
        maxComputeWorkgroupStorageSize: 32768,
      },
      requiredFeatures: ["timestamp-query"],
    },
    { label: "y" },
  ]);
  const plain = fullRequest(adapterOf(["shader-f16"]).adapter, {
    requiredFeatures: ["shader-f16"],
  });
  t.deepEqual(plain.requiredFeatures, ["shader-f16"], "no feature that the adapter lacks");
  t.equal(await asking({ requestAdapter: async () => null }).requestAdapter(), null);
});

test("limits: those of programs keep to words of 32 bits and to the alignment of bindings", async (t) => {
  const device = { limits: adapterLimits, features: new Set() as unknown as GPUSupportedFeatures };
  const card = { vendor: "v", architecture: "a", description: "d", subgroupMinSize: 32 };
  const info = (changes = {}) => ({ ...card, subgroupMaxSize: 32, ...changes }) as GPUAdapterInfo;
  const limits = limitsOf(device, info());
  t.deepEqual(limits, {
    pageBytes: 2 ** 32 - 16_384,
    bindingBytes: 2 ** 31 - 256,
    buffers: 10,
    groups: 65535,
    terms: 2 ** 37,
    timestamps: false,
    processor: false,
    lanes: 0,
    sharedBytes: 32768,
  });
  const features = new Set(["subgroups"]) as unknown as GPUSupportedFeatures;
  const lanes = (changes = {}) => limitsOf({ ...device, features }, info(changes)).lanes;
  t.equal(lanes(), 32);
  t.equal(lanes({ subgroupMinSize: 8 }), 0, "subgroups of several sizes are not used");
  t.ok(limitsOf(device, info({ description: "llvmpipe: Mesa" })).processor);
  t.ok(limitsOf(device, info({ architecture: "swiftshader" })).processor);
  t.ok(limitsOf(device, info({ vendor: "microsoft", architecture: "warp" })).processor);
  t.ok(limitsOf(device, info({ isFallbackAdapter: true })).processor);
  t.notOk(limitsOf(device, info({ description: "warped" })).processor);
  t.equal(
    limitsOf(device, info(), { pageBytes: 512 }).bindingBytes,
    512,
    "a binding is within a buffer",
  );
  // A reduction's counter moves on by 256 runs, from the slices' ends: at most 1024 behind the list.
  t.ok(limits.pageBytes + 1024 + 256 * run < 2 ** 32, "a byte's counter does not wrap");
  const small = { ...device, limits: { ...adapterLimits, maxBufferSize: 2 ** 28 + 100 } };
  t.equal(limitsOf(small, info()).pageBytes, 2 ** 28, "a smaller buffer is taken whole");
  t.equal(
    showLimits(limits),
    "buffers of 4096 MiB, bindings of 2048 MiB, 10 bindings a dispatch, no timestamps",
  );
});

test("limits: gpu.js's device has its adapter's, and describe() tells them", async (t) => {
  await onWebGpu(t, async (backend) => {
    const { adapter, device } = await acquireContext();
    for (const name of [
      "maxBufferSize",
      "maxStorageBufferBindingSize",
      "maxStorageBuffersPerShaderStage",
      "maxComputeWorkgroupsPerDimension",
    ] as const) {
      t.equal(device.limits[name], adapter.limits[name], name);
    }
    const [measures, can] = [device.features, adapter.features].map((all) =>
      all.has("timestamp-query"),
    );
    t.equal(measures, can, "timestamps");
    const { maxStorageBuffersPerShaderStage: bindings } = device.limits;
    const words = new RegExp(
      `^gpu: webgpu \\(.+, buffers of \\d+ MiB, bindings of \\d+ MiB, ${bindings} bindings a dispatch, (no )?timestamps\\); all steps run there$`,
    );
    t.match(backend.describe(), words);
    t.equal(backend.describe().includes("no timestamps"), !can);
  });
});
