export { type CpuOptions, cpu } from "./cpu.ts";
export type { CpuNativeOptions } from "./native/contract.ts";
