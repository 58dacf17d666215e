import { BackendError } from "@metrigrad/tensor";
import { type GpuContext, gpuJs } from "./gpujs.ts";
import { fullRequest } from "./limits.ts";

/** The exports of the npm package `webgpu`. */
interface Provider {
  create(options: readonly string[]): GPU;
}

/** The GPU, kept for the life of the process: a device dies with the object that made it. */
let provided: Promise<GPU> | null = null;

const hasGpu = () => typeof navigator !== "undefined" && "gpu" in navigator && !!navigator.gpu;

/**
 * Returns gpu.js's shared WebGPU device. Throws BackendError.
 *
 * gpu.js makes the device with few of its adapter's limits and no features, and has no setting for them. So it finds
 * a `navigator.gpu` that asks for the others. If gpu.js has a device already, that one stays as it is.
 */
export async function acquireContext(): Promise<GpuContext> {
  const { WebGPUContext } = await gpuJs();
  const gpu = hasGpu() ? navigator.gpu : await provide();
  // gpu.js reads the global before it waits for anything, so no other code sees this one.
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  const value = { gpu: asking(gpu) };
  Object.defineProperty(globalThis, "navigator", { value, configurable: true, writable: true });
  try {
    return answered(WebGPUContext.acquire(), gpu);
  } finally {
    if (before === undefined) Reflect.deleteProperty(globalThis, "navigator");
    else Object.defineProperty(globalThis, "navigator", before);
  }
}

/** Returns a GPU whose adapters make their next device with all that programs can use. */
export function asking(gpu: Pick<GPU, "requestAdapter">): Pick<GPU, "requestAdapter"> {
  return {
    requestAdapter: async (options) => {
      const adapter = await gpu.requestAdapter(options);
      if (adapter === null) return null;
      const requestDevice: GPUAdapter["requestDevice"] = (request) => {
        // Only gpu.js's request is changed.
        Reflect.deleteProperty(adapter, "requestDevice");
        return adapter.requestDevice(fullRequest(adapter, request));
      };
      Object.defineProperty(adapter, "requestDevice", { value: requestDevice, configurable: true });
      return adapter;
    },
  };
}

/** Returns the GPU of the npm package, the same one for all calls. */
function provide(): Promise<GPU> {
  provided ??= load().catch((error) => {
    provided = null;
    throw error;
  });
  return provided;
}

async function load(): Promise<GPU> {
  // The name is not a literal, so that bundlers for browsers do not follow it.
  const name = "webgpu";
  try {
    const { create } = (await import(name)) as Provider;
    // Timestamps are rounded to 65 µs by default, for pages that nobody trusts.
    return create(["disable-dawn-features=timestamp_quantization"]);
  } catch (error) {
    throw refused(
      `no navigator.gpu, and no npm package webgpu (${(error as Error).message.split("\n")[0]})`,
      "npm install webgpu@0.6 (Node), or use a browser that has WebGPU",
    );
  }
}

async function answered(
  context: Promise<GpuContext>,
  gpu: Pick<GPU, "requestAdapter">,
): Promise<GpuContext> {
  try {
    return await context;
  } catch (error) {
    const there = await hasAdapter(gpu);
    const reason = there ? ` (${(error as Error).message.split("\n")[0]})` : "";
    throw refused(`none${reason}`, `${driver()}, or choose another mode`);
  }
}

async function hasAdapter(gpu: Pick<GPU, "requestAdapter">): Promise<boolean> {
  try {
    return (await gpu.requestAdapter()) !== null;
  } catch {
    return false;
  }
}

/** Returns what makes an adapter answer. */
function driver(): string {
  return hasGpu()
    ? "use a browser that has an adapter; headless Chromium may have none"
    : "install a Vulkan driver (Debian: apt-get install mesa-vulkan-drivers, which also runs without a GPU)";
}

function refused(got: string, todo: string): BackendError {
  return new BackendError({
    where: 'gpu({ mode: "webgpu" })',
    must: "a WebGPU adapter must answer",
    got,
    todo,
  });
}
