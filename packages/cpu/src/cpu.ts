import { type Backend, BackendError } from "@metrigrad/tensor";
import { CpuBackend } from "./backend/backend.ts";
import { Device } from "./backend/device.ts";
import { hasRelaxedSimd } from "./backend/relaxed.ts";

/** Options of the cpu backend. */
export interface CpuOptions {
  /** Whether to use relaxed SIMD (fused multiply-add); by default where the engine has it. */
  readonly relaxed?: boolean;
  /** Whether the memory can be shared between threads; not by default. */
  readonly shared?: boolean;
}

/**
 * The default backend: WebAssembly SIMD kernels in float32, generated for each plan, over one
 * memory. Runs in Node and in browsers. Throws BackendError where relaxed SIMD is asked for and
 * missing.
 */
export async function cpu(options: CpuOptions = {}): Promise<Backend> {
  const available = options.relaxed !== false && hasRelaxedSimd();
  if (options.relaxed === true && !available) {
    throw new BackendError({
      where: "cpu({ relaxed: true })",
      must: "the engine must have relaxed SIMD",
      got: "none",
      todo: "leave the option out, or use Node 22 or later",
    });
  }
  const device = await Device.create({ relaxed: available, shared: options.shared ?? false });
  return new CpuBackend(device);
}
