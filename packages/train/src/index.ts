export { loadCheckpoint } from "./checkpoint/loadCheckpoint.ts";
export { saveCheckpoint } from "./checkpoint/saveCheckpoint.ts";
export type { SplitName } from "./data/resident.ts";
export { DivergenceError, type DivergencePlace } from "./divergence.ts";
export type { Evaluation } from "./evaluation.ts";
export type { EpochEvent, StepEvent } from "./events.ts";
export { fit } from "./fit.ts";
export type { FitOptions } from "./options.ts";
export { type ChartOptions, chart } from "./report/chart/chart.ts";
export { epochsCsv } from "./report/epochsCsv.ts";
export {
  type EpochRecord,
  environmentOf,
  type Recording,
  type RunLabels,
  type RunRecord,
  recordRun,
} from "./report/record.ts";
export { writeReport } from "./report/writeReport.ts";
export type { Run } from "./run.ts";
export type { BlockTold, OptimizerReport } from "./step/told.ts";
export { writeWhole } from "./writeWhole.ts";
