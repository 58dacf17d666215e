import { type Backend, BackendError, type FloatType } from "@metrigrad/tensor";
import { CpuBackend } from "./backend/backend.ts";
import { Device } from "./backend/device.ts";
import { hasRelaxedSimd } from "./backend/relaxed.ts";
import type { CpuNativeOptions } from "./native/contract.ts";
import { loadNative } from "./native/load.ts";
import { canShareMemory, coresAvailable } from "./threads/host.ts";

/**
 * The estimated work in nanoseconds from which two threads share a phase. Each further thread needs half as much
 * more.
 */
const defaultGrain = 3000;

/** The largest number of threads. */
const mostThreads = 128;

/** Options of `cpu`, and those that only tests set. */
export interface OpenOptions {
  readonly float?: FloatType;
  readonly relaxed?: boolean;
  readonly threads?: number;
  /**
   * The estimated work in nanoseconds from which two threads share a phase. Each further thread needs half as much
   * more.
   */
  readonly grain?: number;
  readonly native?: boolean | CpuNativeOptions;
  /** The value of METRIGRAD_NATIVE, in place of the environment's. */
  readonly environment?: string;
}

/** Makes a backend; see `cpu`. */
export async function openCpu(options: OpenOptions): Promise<Backend> {
  const { float = "f32", grain = defaultGrain } = options;
  const { threads = Math.min(coresAvailable(), mostThreads) } = options;
  if (float !== "f32" && float !== "f64") {
    throw new BackendError({
      where: "cpu({ float })",
      must: 'float must be "f32" or "f64"',
      got: JSON.stringify(float) ?? "undefined",
      todo: "leave the option out for 32 bits",
    });
  }
  const available = options.relaxed !== false && hasRelaxedSimd();
  if (options.relaxed === true && !available) {
    throw new BackendError({
      where: "cpu({ relaxed: true })",
      must: "the engine must have relaxed SIMD",
      got: "none",
      todo: "leave the option out, or use Node 22 or later",
    });
  }
  if (!Number.isInteger(threads) || threads < 1 || threads > mostThreads) {
    throw new BackendError({
      where: "cpu({ threads })",
      must: `threads must be an integer from 1 to ${mostThreads}`,
      got: String(threads),
      todo: "leave the option out for one thread per core",
    });
  }
  const native = await loadNative(options.native, options.environment);
  const parts = canShareMemory() ? threads : 1;
  // A page may forbid workers. Whoever did not ask for threads gets one thread then.
  const alone = options.threads === undefined;
  const made = { relaxed: available, threads: parts, grain, native, alone };
  const device = await Device.create(made);
  return new CpuBackend(device, float);
}
