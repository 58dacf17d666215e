import type { Test } from "tape";
import { acquireContext } from "../../src/webgpu/acquire.ts";
import { WebGpuBackend } from "../../src/webgpu/backend.ts";
import { Device } from "../../src/webgpu/device.ts";
import type { DeviceLimits } from "../../src/webgpu/limits.ts";
import { onWebGpu } from "./adapter.ts";

/** A backend with the device that it runs on, and gpu.js's device below both. */
export interface Opened {
  readonly backend: WebGpuBackend;
  readonly device: Device;
  readonly shared: GPUDevice;
}

/** Runs a check on a backend of its own on WebGPU; where no adapter answers it does what `onWebGpu` does. */
export function onDevice(
  t: Test,
  check: (opened: Opened) => Promise<void>,
  limits: Partial<DeviceLimits> = {},
): Promise<void> {
  return onWebGpu(t, async () => {
    const context = await acquireContext();
    const device = new Device(context, limits);
    const backend = new WebGpuBackend(device);
    try {
      await check({ backend, device, shared: context.device });
    } finally {
      await backend.close();
    }
  });
}

/** Puts a function in the place of a method of one object; returns what undoes it. */
export function replaced<Owner extends object>(
  owner: Owner,
  name: keyof Owner & string,
  make: (plain: (...args: unknown[]) => unknown) => (...args: unknown[]) => unknown,
): () => void {
  const plain = Reflect.get(owner, name) as (...args: unknown[]) => unknown;
  const value = make((...args) => plain.apply(owner, args));
  Object.defineProperty(owner, name, { value, configurable: true });
  return () => Reflect.deleteProperty(owner, name);
}

/** Counts the bytes of the buffers that are made on a device and not destroyed, without asking the backend. */
export function watchBuffers(device: GPUDevice) {
  let bytes = 0;
  const restore = replaced(device, "createBuffer", (plain) => (...args) => {
    const buffer = plain(...args) as GPUBuffer;
    const { size } = buffer;
    bytes += size;
    let alive = true;
    replaced(buffer, "destroy", (destroy) => () => {
      if (alive) bytes -= size;
      alive = false;
      return destroy();
    });
    return buffer;
  });
  return { bytes: () => bytes, restore };
}
