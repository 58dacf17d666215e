import { BackendError } from "@metrigrad/tensor";
import { KernelBackend } from "./modes/backend.ts";
import { functions } from "./modes/functions.ts";
import type { GpuBackend, GpuMode, GpuOptions } from "./options.ts";
import { acquireContext } from "./webgpu/acquire.ts";
import { WebGpuBackend } from "./webgpu/backend.ts";
import { Device } from "./webgpu/device.ts";
import { gpuJs, noEval } from "./webgpu/gpujs.ts";
import type { DeviceLimits } from "./webgpu/limits.ts";

/** Options of `gpu`, and those that only tests set. */
export interface OpenOptions extends GpuOptions {
  /** Limits below the device's own, in mode webgpu. */
  readonly limits?: Partial<DeviceLimits>;
}

/** What the user can do if a mode is missing. */
const advice: Readonly<Record<Exclude<GpuMode, "webgpu">, string>> = {
  webgl2: "use a browser that has WebGL 2, or choose another mode",
  headlessgl:
    "npm install gl (which builds native code) and give it an X display (xvfb-run), or choose another mode",
  webasm: "use an engine that has WebAssembly SIMD, or choose another mode",
  cpu: "report this",
};

/** The modes that are tried in this order if the user names none. */
const automatic: readonly GpuMode[] = ["webgpu", "webgl2", "headlessgl", "webasm"];

/** Makes a backend; see `gpu`. */
export async function openGpu({ mode, ...settings }: OpenOptions): Promise<GpuBackend> {
  if (mode !== undefined) return openMode(mode, settings, "");
  const reasons: string[] = [];
  for (const candidate of automatic) {
    try {
      const note = reasons.length === 0 ? "" : `; not there: ${reasons.join(", ")}`;
      return await openMode(candidate, settings, note);
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      reasons.push(`${candidate} (${error.parts.got})`);
    }
  }
  throw new BackendError({
    where: "gpu()",
    must: `one of ${automatic.join(", ")} must answer`,
    got: reasons.join(", "),
    todo: "use the cpu backend",
  });
}

async function openMode(
  mode: GpuMode,
  { limits, tune = false }: Omit<OpenOptions, "mode">,
  note: string,
): Promise<GpuBackend> {
  if (mode === "webgpu") {
    return new WebGpuBackend(new Device(await acquireContext(), limits), { tune });
  }
  if (!Object.hasOwn(advice, mode)) {
    throw new BackendError({
      where: "gpu",
      must: `mode must be one of ${automatic.join(", ")}, cpu`,
      got: JSON.stringify(mode) ?? String(mode),
      todo: "choose one of them, or leave it out",
    });
  }
  const { GPU } = await gpuJs();
  if (mode === "cpu") checkEval();
  try {
    const gpu = new GPU({ mode });
    for (const { source, arguments: count } of functions) {
      const argumentTypes = Array.from({ length: count }, () => "Float");
      gpu.addFunction(source, { argumentTypes, returnType: "Float" });
    }
    return new KernelBackend(mode, gpu, note);
  } catch (error) {
    const { message } = error as Error;
    throw missing(mode, message.includes("is not supported") ? "none" : message, advice[mode]);
  }
}

/** Throws BackendError where code from strings is forbidden, of which gpu.js makes the kernels of mode `cpu`. */
function checkEval(): void {
  try {
    new Function("");
  } catch (error) {
    throw error instanceof EvalError ? noEval('gpu({ mode: "cpu" })', error) : error;
  }
}

function missing(mode: string, got: string, todo: string): BackendError {
  return new BackendError({
    where: `gpu({ mode: ${JSON.stringify(mode)} })`,
    must: "gpu.js must have that mode here",
    got,
    todo,
  });
}
