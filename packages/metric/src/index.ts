export { averaged } from "./blocks/averaged.ts";
export type {
  AveragedBy,
  Block,
  BlockCost,
  Columns,
  Copies,
  DampedOptions,
  DampedSolve,
  MadeOf,
  PrepareOptions,
  SolveEffort,
  SolveOptions,
  Solver,
} from "./blocks/block.ts";
export { type ColumnGramOptions, columnGram } from "./blocks/columnGram.ts";
export { checkDamping, type Damping } from "./blocks/damping.ts";
export { type Deflation, deflatedBlock } from "./blocks/deflatedBlock.ts";
export { denseBlock } from "./blocks/dense.ts";
export { type DiagonalOptions, diagonalBlock } from "./blocks/diagonal.ts";
export { eigenbasisBlock } from "./blocks/eigenbasis.ts";
export {
  factorGram,
  type GramBlockOptions,
  type JacobianGramOptions,
  jacobianGram,
  sharedGram,
  softmaxGram,
  unitGram,
} from "./blocks/gram.ts";
export { type Held, type Hold, holdIn } from "./blocks/hold.ts";
export { type KroneckerOptions, kronecker } from "./blocks/kronecker.ts";
export { type KroneckerRowOptions, kroneckerFactors } from "./blocks/kroneckerFactors.ts";
export { type LookupOptions, lookupGram } from "./blocks/lookupGram.ts";
export { marquardtBlock } from "./blocks/marquardt.ts";
export { type FullOver, fullOver, type Over } from "./blocks/over.ts";
export {
  type QuasiDiagonalOptions,
  quasiDiagonal,
  quasiDiagonalGram,
} from "./blocks/quasiDiagonal.ts";
export type { RowOptions } from "./blocks/rowWeights.ts";
export { sumBlock } from "./blocks/sumBlock.ts";
export { transposedBlock } from "./blocks/transposedBlock.ts";
export { windowed } from "./blocks/windowed.ts";
export { type CheckLawOptions, checkLaw } from "./check/checkLaw.ts";
export { type CheckMetricOptions, checkMetric } from "./check/checkMetric.ts";
export type { MetricCheck, MetricReport } from "./check/report.ts";
export { type AutoMetricOptions, autoMetric } from "./core/autoMetric.ts";
export {
  type BlockOf,
  type Described,
  defMetric,
  type Metric,
  type MetricContext,
  type MetricSpec,
  plain,
  type ResponseOf,
} from "./core/defMetric.ts";
export { exactBlock } from "./core/exactBlock.ts";
export { type ObservedPart, observedParts } from "./core/observedParts.ts";
export { packed, unpacked } from "./core/packing.ts";
export type { SolverChoice } from "./core/solverChoice.ts";
export { type Subsystem, type SubsystemPart, subsystems } from "./core/subsystems.ts";
export {
  type Assigned,
  type Choose,
  checkTable,
  type MetricTable,
  metricTable,
  type RowsWork,
} from "./core/table.ts";
export type { Through } from "./core/through.ts";
export { affineUses, groupedUses, lookupUses, scaleUses, type UseKind } from "./core/useKinds.ts";
export type { SolveCost } from "./explain/budget.ts";
export {
  type ExplainOptions,
  type Explanation,
  explain,
  type SampleShape,
} from "./explain/explain.ts";
export type {
  ExplainedFlow,
  ExplainedJoin,
  ExplainedModule,
  ExplainGraph,
} from "./explain/graph.ts";
export type { MetricPart, MetricUse, OptimizerMetric } from "./explain/metricUse.ts";
export { checkSolvable, type SolveFloats, type SolvePrecision } from "./explain/numberBytes.ts";
export type { ExplainRow } from "./explain/row.ts";
export { type BudgetOptions, solversWithin } from "./explain/solversWithin.ts";
export type { Batch, BatchOf } from "./geometry/batch.ts";
export type { RfimBlock } from "./geometry/block.ts";
export type { BlockSolveOptions, SolveDamping } from "./geometry/dampedSolve.ts";
export type { Directions } from "./geometry/directions.ts";
export type { FisherKind } from "./geometry/estimate.ts";
export { type Fisher, type FisherOptions, fisher } from "./geometry/fisher.ts";
export { type KlOptions, kl } from "./geometry/kl.ts";
export type { ModelMetric, WholeSolveOptions } from "./geometry/modelMetric.ts";
export { type CurvatureOptions, gaussNewton, observedFisher } from "./geometry/observedFisher.ts";
export { fisherVectorProduct, gaussNewtonVectorProduct } from "./geometry/products.ts";
export { type PullbackOptions, pullbackMetric } from "./geometry/pullbackMetric.ts";
export { type Rfim, type RfimOptions, type RfimSolveOptions, rfim } from "./geometry/rfim.ts";
export { type ElementwiseRowOptions, elementwiseRow } from "./rfim/elementwise.ts";
export { type EluRowOptions, eluRow } from "./rfim/elu.ts";
export { poissonRow } from "./rfim/poisson.ts";
export { type ReluRowOptions, reluRow } from "./rfim/relu.ts";
export { sigmoidRow } from "./rfim/sigmoid.ts";
export { tanhRow } from "./rfim/tanh.ts";
export type { UnitRow } from "./rfim/unitRow.ts";
export type { Sharing } from "./tables/affine.ts";
export type { ApproximationOptions } from "./tables/approximation.ts";
export { filmRows, hyperDenseRows } from "./tables/conditioned.ts";
export { diagonalMetrics } from "./tables/diagonal.ts";
export { ekfacMetrics } from "./tables/ekfac.ts";
export { fourierRows } from "./tables/fourier.ts";
export { type GroupedRowsOptions, groupedRows } from "./tables/grouped.ts";
export { type KfacOptions, kfacMetrics } from "./tables/kfac.ts";
export { likelihoodRows } from "./tables/likelihood.ts";
export { type LinearRowsOptions, linearRows } from "./tables/linear.ts";
export { type LookupRowsOptions, lookupRows } from "./tables/lookup.ts";
export { type Metrics, metrics } from "./tables/metrics.ts";
export { mixtureRows } from "./tables/mixture.ts";
export { neuronRows, standardUnitRows, type UnitRows, unitRowOf } from "./tables/neuron.ts";
export { type NormRowsOptions, spectralNormRows, weightNormRows } from "./tables/normRows.ts";
export { type ObservedBy, observedMetrics } from "./tables/observed.ts";
export type { ResponseOptions } from "./tables/outputFactors.ts";
export { paperMetrics } from "./tables/paper.ts";
export { type Partition, partition } from "./tables/partition.ts";
export { quasiDiagonalMetrics } from "./tables/quasiDiagonal.ts";
export { radialBasisRows } from "./tables/radialBasis.ts";
export { type ScaleRowsOptions, scaleRows } from "./tables/scale.ts";
export { preluRows, swishRows } from "./tables/slopes.ts";
export { type StackedOptions, stackedMetrics } from "./tables/stacked.ts";
export { fullMetrics, linearMetrics, standardMetrics } from "./tables/standard.ts";
export type { UnitsAt } from "./tables/unitBlock.ts";
