import { BackendError } from "@metrigrad/tensor";
import { type GpuContext, gpuJs } from "./gpujs.ts";

/** The exports of the npm package `webgpu`. */
interface Provider {
  create(options: readonly string[]): GPU;
}

/** The GPU, kept for the life of the process: a device dies with the object that made it. */
let provided: GPU | null = null;

const hasGpu = () => typeof navigator !== "undefined" && "gpu" in navigator && !!navigator.gpu;

/**
 * Returns gpu.js's shared WebGPU device. Throws BackendError.
 *
 * If the platform has no `navigator.gpu`, as Node, it comes from the npm package `webgpu`. The global is there only
 * while gpu.js looks for it.
 */
export async function acquireContext(): Promise<GpuContext> {
  const { WebGPUContext } = await gpuJs();
  if (hasGpu()) return answered(WebGPUContext.acquire());
  provided ??= await provide();
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  const value = { gpu: provided };
  Object.defineProperty(globalThis, "navigator", { value, configurable: true, writable: true });
  try {
    // gpu.js reads the global before it waits for anything.
    return await answered(WebGPUContext.acquire());
  } finally {
    if (before === undefined) Reflect.deleteProperty(globalThis, "navigator");
    else Object.defineProperty(globalThis, "navigator", before);
  }
}

async function provide(): Promise<GPU> {
  // The name is not a literal, so that bundlers for browsers do not follow it.
  const name = "webgpu";
  try {
    const { create } = (await import(name)) as Provider;
    return create([]);
  } catch (error) {
    throw refused(
      `no navigator.gpu, and no npm package webgpu (${(error as Error).message.split("\n")[0]})`,
      "npm install webgpu@0.6 (Node), or use a browser that has WebGPU",
    );
  }
}

async function answered(context: Promise<GpuContext>): Promise<GpuContext> {
  try {
    return await context;
  } catch (error) {
    throw refused(
      `none (${(error as Error).message.split("\n")[0]})`,
      "install a Vulkan driver (Debian: apt-get install mesa-vulkan-drivers, which also runs without a GPU), or choose another mode",
    );
  }
}

function refused(got: string, todo: string): BackendError {
  return new BackendError({
    where: 'gpu({ mode: "webgpu" })',
    must: "a WebGPU adapter must answer",
    got,
    todo,
  });
}
