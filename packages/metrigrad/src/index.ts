export * from "@metrigrad/cpu";
export * from "@metrigrad/data";
export * from "@metrigrad/graph";
export * from "@metrigrad/metric";
export * from "@metrigrad/nn";
// Names of ops too, which are in `ops`.
export {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  prelu,
} from "@metrigrad/nn";
export * from "@metrigrad/optim";
export * from "@metrigrad/tensor";
export * from "@metrigrad/train";
// The name of a function of expressions too, in @metrigrad/tensor.
export { evaluate } from "@metrigrad/train";
export * from "@metrigrad/view";
export { auto } from "./auto/auto.ts";
export type { Choice } from "./auto/choose.ts";
export type { Measure } from "./auto/measure.ts";
export { programTime } from "./auto/programTime.ts";
export { trainingTime } from "./auto/trainingTime.ts";
export { defaultBackend } from "./defaultBackend.ts";
export { type FitOptions, fit } from "./fit.ts";
export { gpu } from "./gpu.ts";
export type { GpuBackend, GpuMode, GpuOptions } from "./gpuFrom.ts";
export { solve } from "./solve.ts";
