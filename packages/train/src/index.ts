export { checkpointBytes } from "./checkpoint/checkpointBytes.ts";
export { checkpointTensors } from "./checkpoint/checkpointTensors.ts";
export type { LoadOptions } from "./checkpoint/choice.ts";
export { loadCheckpoint } from "./checkpoint/loadCheckpoint.ts";
export { saveCheckpoint } from "./checkpoint/saveCheckpoint.ts";
export { type BatchPlace, DivergenceError, type DivergencePlace } from "./divergence.ts";
export { type EvaluateContext, type Evaluated, evaluate } from "./evaluate.ts";
export type { FileOfHandle, FolderHandle } from "./files/folderHandle.ts";
export { writeAllWhole } from "./files/writeAllWhole.ts";
export { writeWhole } from "./files/writeWhole.ts";
export type { EvaluateOptions } from "./fit/due.ts";
export type { BestEpoch } from "./fit/earlyStopping.ts";
export type { EpochEvent, Evaluation, StepEvent } from "./fit/events.ts";
export { fit } from "./fit/fit.ts";
export type { EarlyStopping, FitOptions, NodesOf } from "./fit/options.ts";
export type { Run } from "./fit/run.ts";
export type { LiveEnding } from "./live/events.ts";
export type { LiveOptions } from "./live/options.ts";
export { type LiveRecording, type LiveState, readLive } from "./live/readLive.ts";
export { type EnergyOptions, energyLoss } from "./monteCarlo/energyLoss.ts";
export {
  flippedOfAll,
  type IsingOptions,
  isingEnergies,
  spinFlipsOf,
} from "./monteCarlo/ising.ts";
export { kineticEnergies } from "./monteCarlo/kineticEnergies.ts";
export { type MetropolisOptions, metropolis, type Sampler } from "./monteCarlo/metropolis.ts";
export {
  type GaussianMoveOptions,
  gaussianMoves,
  type Proposal,
  spinFlips,
} from "./monteCarlo/proposals.ts";
export { spinStates } from "./monteCarlo/spinStates.ts";
export { type AdaptiveOptions, adaptivePoints } from "./points/adaptivePoints.ts";
export { type BoundaryOptions, boundaryPoints, type Faces } from "./points/boundaryPoints.ts";
export type { PointBox } from "./points/box.ts";
export { type GridOptions, gridPoints } from "./points/gridPoints.ts";
export { latinHypercube } from "./points/latinHypercube.ts";
export type { PointDraws, PointSampler } from "./points/sampler.ts";
export { sobolPoints } from "./points/sobolPoints.ts";
export { uniformPoints } from "./points/uniformPoints.ts";
export { type PredictInputs, type PredictOptions, predict } from "./predict.ts";
export type { RankExchange } from "./ranks/plan/exchanges.ts";
export type { RankTime } from "./ranks/plan/measured.ts";
export {
  type RankProgram,
  type RankStage,
  type RankStep,
  rankStep,
} from "./ranks/plan/rankStep.ts";
export type { EpochRecord, QuantityRecord, ReportRecord } from "./record/epochRecord.ts";
export type { ModelRecord } from "./record/modelRecord.ts";
export {
  environmentOf,
  type Recording,
  type RunLabels,
  type RunRecord,
  recordRun,
  type SpectrumRecord,
} from "./record/record.ts";
export type {
  AnyPart,
  Field,
  PointNodes,
  PointSource,
  Points,
  ProblemPart,
} from "./responses/part.ts";
export { type Problem, responses } from "./responses/responses.ts";
export type { CheckpointOptions } from "./resume/checkpointOptions.ts";
export type { Ending, SolveEvent } from "./solve/events.ts";
export type { FunctionOf, FunctionsOf, Solvable } from "./solve/model.ts";
export type { Measures, SolvingOptions } from "./solve/options.ts";
export { relativeError } from "./solve/relativeError.ts";
export { solve } from "./solve/solve.ts";
export type { NodesAt, Solved } from "./solve/solved.ts";
export type { ObserveOptions, StepContext } from "./step/context.ts";
export type { FeedNodes, FeedSpec, FeedSpecs, FeedValues } from "./step/feeds.ts";
export type { LossResult } from "./step/forward.ts";
export type { OptimizerReport, ReportedBlock } from "./step/report.ts";
export type { StepTime } from "./step/stepTime.ts";
export type { TrainedChoice } from "./step/trained.ts";
export {
  type ReportOptions,
  type StepResult,
  type TrainingStep,
  type TrainingStepOptions,
  trainingStep,
} from "./trainingStep.ts";
