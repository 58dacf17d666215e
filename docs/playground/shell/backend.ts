import { type Backend, cpu } from "metrigrad";

/** Where the page computes. */
export type BackendName = "cpu" | "gpu";

/** What a worker computes on, and how it describes itself. */
export interface OpenBackend {
  readonly backend: Backend;
  readonly described: string;
}

/** Most threads of a page; more make a small net slower. */
const mostThreads = 4;

/** Opens a backend: the processor, on threads if the page is isolated, or WebGPU. Throws BackendError. */
export async function openBackend(name: BackendName): Promise<OpenBackend> {
  const backend = name === "gpu" ? await webgpu() : await cpu({ threads: threadsHere() });
  return {
    backend,
    described: backend.describe().replace(/, [\d.]+ MB of (shared )?memory in use/, ""),
  };
}

/** Threads that this page may use: 1 if it is not isolated. */
function threadsHere(): number {
  const isolated = (globalThis as { crossOriginIsolated?: boolean }).crossOriginIsolated === true;
  return isolated ? Math.max(1, Math.min(mostThreads, navigator.hardwareConcurrency ?? 1)) : 1;
}

/** The gpu backend comes with its own code, which is loaded when it is chosen. */
async function webgpu(): Promise<Backend> {
  const { gpu } = await import("@metrigrad/gpu");
  return gpu({ mode: "webgpu" });
}
