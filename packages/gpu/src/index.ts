export { gpu } from "./gpu.ts";
export type { GpuBackend, GpuMode, GpuOptions } from "./options.ts";
