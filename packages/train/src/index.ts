export { loadCheckpoint } from "./checkpoint/loadCheckpoint.ts";
export { saveCheckpoint } from "./checkpoint/saveCheckpoint.ts";
export type { SplitName } from "./data/resident.ts";
export { DivergenceError, type DivergencePlace } from "./divergence.ts";
export type { Evaluation } from "./evaluation.ts";
export type { EpochEvent, StepEvent } from "./events.ts";
export { fit } from "./fit.ts";
export type { FitOptions } from "./options.ts";
export type { Run } from "./run.ts";
