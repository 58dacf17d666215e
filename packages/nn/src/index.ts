export type { Application, LoopedCall, LoopedModule, Observation } from "./core/application.ts";
export type { AppliedExtras, AppliedParameter } from "./core/applier.ts";
export { type Applier, type ApplierOptions, applierOf } from "./core/applier.ts";
export {
  type AppliedModel,
  type ApplyOptions,
  applyModel,
  type InputLike,
} from "./core/applyModel.ts";
export { sliceOf } from "./core/copiesUse.ts";
export { defModule } from "./core/defModule.ts";
export { freeze } from "./core/freeze.ts";
export { withoutLastRow, zeroLastRow } from "./core/lastRow.ts";
export type {
  AnyDefinition,
  AnyModule,
  Applied,
  ApplyContext,
  Bound,
  Children,
  FullyApplied,
  Inputs,
  Mode,
  Module,
  ModuleDefinition,
  ModuleExample,
  ModuleSpec,
  NodeTree,
  ParameterTree,
} from "./core/module.ts";
export { type Decay, type ParameterSpec, param, state } from "./core/parameter.ts";
export { type ModuleRandom, moduleRandom } from "./core/random.ts";
export { asNodeTree, mapNodes, namedNodes, nodesOf } from "./core/trees.ts";
export {
  type AffineUse,
  type CopiesUse,
  type CopyUse,
  columnsOf,
  type FreeUse,
  type GroupedUse,
  type LookupUse,
  movedOutputs,
  outputRows,
  type ScaleUse,
  sampleSums,
  type Use,
} from "./core/use.ts";
export type { Edge } from "./core/useSite.ts";
export { categoricalFamily } from "./families/categoricalFamily.ts";
export { defFamily, type FamilySpec } from "./families/defFamily.ts";
export {
  type DiagonalGaussianFamily,
  type DiagonalMoments,
  diagonalGaussianFamily,
} from "./families/diagonalGaussianFamily.ts";
export { dirichletFamily } from "./families/dirichletFamily.ts";
export type { Chart, Coordinates, Family } from "./families/family.ts";
export {
  type GammaFamily,
  type GammaShape,
  type GammaStatistics,
  gammaFamily,
} from "./families/gammaFamily.ts";
export {
  type GaussianFamily,
  type GaussianMoments,
  type GaussianStatistics,
  gaussianFamily,
} from "./families/gaussianFamily.ts";
export { constantInit, ones, zeros } from "./init/constant.ts";
export { glorotNormal, glorotUniform } from "./init/glorot.ts";
export { heNormal, heUniform } from "./init/he.ts";
export { lecunNormal, lecunUniform } from "./init/lecun.ts";
export { normalInit, type TruncatedNormalOptions, truncatedNormal } from "./init/normal.ts";
export { orthogonal } from "./init/orthogonal.ts";
export { uniformInit } from "./init/uniform.ts";
export { type VarianceScalingOptions, varianceScaling } from "./init/varianceScaling.ts";
export { withFans } from "./init/withFans.ts";
export { type AmplitudeOptions, amplitude, stateWeights } from "./laws/amplitude.ts";
export { type BernoulliOptions, bernoulli } from "./laws/bernoulli.ts";
export { beta } from "./laws/beta.ts";
export { binomial } from "./laws/binomial.ts";
export { categorical } from "./laws/categorical.ts";
export { checkTargets } from "./laws/checkTargets.ts";
export { defLaw } from "./laws/defLaw.ts";
export { dirichlet } from "./laws/dirichlet.ts";
export { exponential } from "./laws/exponential.ts";
export { gamma } from "./laws/gamma.ts";
export { type GaussianOptions, gaussian } from "./laws/gaussian.ts";
export { gaussianWithCovariance } from "./laws/gaussianWithCovariance.ts";
export { gaussianWithScale } from "./laws/gaussianWithScale.ts";
export { independent } from "./laws/independent.ts";
export { joint, type LawTree, type NaturalOf, type ObservedOf } from "./laws/joint.ts";
export { type LaplaceOptions, laplace } from "./laws/laplace.ts";
export type {
  AnyLaw,
  ClosedLaw,
  Law,
  LawOrigins,
  LawTerms,
  ResponsePart,
  RowLaw,
  Support,
  TargetPart,
} from "./laws/law.ts";
export type { LawSpec } from "./laws/lawSpec.ts";
export { type MixtureLawOptions, mixture } from "./laws/mixture.ts";
export { multinomial } from "./laws/multinomial.ts";
export { type NegativeBinomialOptions, negativeBinomial } from "./laws/negativeBinomial.ts";
export type { CategoricalOptions } from "./laws/observedClasses.ts";
export { type OrdinalOptions, ordinal } from "./laws/ordinal.ts";
export { poisson } from "./laws/poisson.ts";
export type { Scale } from "./laws/scaled.ts";
export { type StudentTOptions, studentT } from "./laws/studentT.ts";
export type { SupportName } from "./laws/supports.ts";
export { vonMises } from "./laws/vonMises.ts";
export { type Masked, masked, type Weighted, weighted } from "./laws/weighted.ts";
export type { Activation } from "./modules/activationOf.ts";
export {
  type AdaptivePoolOptions,
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
  globalAvgPool,
  globalMaxPool,
} from "./modules/adaptivePool.ts";
export { type AttentionOptions, type AttentionSettings, attention } from "./modules/attention.ts";
export type { AttentionInput, CrossAttentionInput } from "./modules/attentionInput.ts";
export { type BatchNormOptions, type BatchNormSettings, batchNorm } from "./modules/batchNorm.ts";
export { conv1d, conv2d, conv3d } from "./modules/conv.ts";
export type {
  ConvolutionOptions,
  ConvSettings,
  ConvTransposeSettings,
} from "./modules/convOptions.ts";
export { convTranspose1d, convTranspose2d, convTranspose3d } from "./modules/convTranspose.ts";
export { type DenseOptions, type DenseSettings, dense } from "./modules/dense.ts";
export {
  type Distribution,
  type DistributionOptions,
  type DistributionSettings,
  distribution,
} from "./modules/distribution.ts";
export { type DropoutOptions, type DropoutSettings, dropout } from "./modules/dropout.ts";
export { type EmbeddingOptions, type EmbeddingSettings, embedding } from "./modules/embedding.ts";
export { type Conditioned, type FilmOptions, type FilmSettings, film } from "./modules/film.ts";
export { type FlattenOptions, flatten } from "./modules/flatten.ts";
export {
  type FourierOptions,
  type FourierSettings,
  fourierFeatures,
} from "./modules/fourierFeatures.ts";
export {
  type GaussianProcessOptions,
  type GaussianProcessSettings,
  gaussianProcessFeatures,
} from "./modules/gaussianProcessFeatures.ts";
export { type GroupNormOptions, groupNorm } from "./modules/groupNorm.ts";
export {
  type HyperDenseOptions,
  type HyperDenseSettings,
  hyperDense,
} from "./modules/hyperDense.ts";
export { identity } from "./modules/identity.ts";
export { type InstanceNormOptions, instanceNorm } from "./modules/instanceNorm.ts";
export { type Lambda, type LambdaOptions, lambda } from "./modules/lambda.ts";
export { type LayerNormOptions, layerNorm } from "./modules/layerNorm.ts";
export {
  type Experts,
  type MixtureExtras,
  type MixtureOptions,
  type MixtureSettings,
  mixtureOfExperts,
} from "./modules/mixtureOfExperts.ts";
export {
  type InOf,
  type Join,
  type OutOf,
  type Parallel,
  type ParallelOptions,
  type ParallelSettings,
  parallel,
} from "./modules/parallel.ts";
export {
  type AvgPoolSettings,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  type MaxPoolSettings,
  maxPool1d,
  maxPool2d,
  maxPool3d,
} from "./modules/pool.ts";
export {
  type PositionalEmbeddingOptions,
  type PositionalEmbeddingSettings,
  positionalEmbedding,
} from "./modules/positionalEmbedding.ts";
export { prelu, type SlopeOptions, type SlopeSettings } from "./modules/prelu.ts";
export {
  type RadialBasisOptions,
  type RadialBasisSettings,
  radialBasis,
} from "./modules/radialBasis.ts";
export type { CellOptions } from "./modules/recurrence/defCell.ts";
export type {
  RecurrentDefinition,
  RecurrentOptions,
  RecurrentOutput,
  RecurrentSettings,
  Returns,
} from "./modules/recurrence/defRecurrent.ts";
export { gru, gruCell } from "./modules/recurrence/gru.ts";
export type { RecurrentInput, WithState } from "./modules/recurrence/input.ts";
export type { RecurrentLayer, RecurrentResult } from "./modules/recurrence/layers.ts";
export { lstm, lstmCell } from "./modules/recurrence/lstm.ts";
export {
  type ActivationSetting,
  recurrent,
  recurrentCell,
} from "./modules/recurrence/recurrent.ts";
export type { RecurrentUnit } from "./modules/recurrence/unit.ts";
export type { LstmState } from "./modules/recurrence/units.ts";
export type {
  RecurrentWeightOptions,
  RecurrentWeightSettings,
} from "./modules/recurrence/weights.ts";
export { type Repeat, type RepeatOptions, type RepeatSettings, repeat } from "./modules/repeat.ts";
export { type RmsNormOptions, rmsNorm } from "./modules/rmsNorm.ts";
export type { NormSettings, ScaleAndOffset } from "./modules/scaleAndOffset.ts";
export {
  type FirstIn,
  type LastOut,
  type Sequential,
  type SequentialOptions,
  sequential,
} from "./modules/sequential.ts";
export {
  type SinusoidalPositionsOptions,
  sinusoidalPositions,
} from "./modules/sinusoidalPositions.ts";
export { type SkipOptions, skip } from "./modules/skip.ts";
export { spectralNorm } from "./modules/spectralNorm.ts";
export { swish } from "./modules/swish.ts";
export {
  type TransformerStackOptions,
  type TransformerStackSettings,
  transformerDecoder,
  transformerEncoder,
} from "./modules/transformer.ts";
export {
  type TransformerBlockOptions,
  type TransformerInput,
  type TransformerParts,
  type TransformerSettings,
  transformerBlock,
} from "./modules/transformerBlock.ts";
export { type UpsampleOptions, upsample } from "./modules/upsample.ts";
export { weightNorm } from "./modules/weightNorm.ts";
export { fromTorch, type TorchOptions } from "./torch/fromTorch.ts";
export type { TorchFill, TorchLayout, TorchPiece, TorchTensorPiece } from "./torch/layout.ts";
export { toTorch } from "./torch/toTorch.ts";
