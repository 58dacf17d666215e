export type { Application, Observation } from "./core/application.ts";
export type { AppliedExtras, AppliedParameter } from "./core/applier.ts";
export { type Applier, type ApplierOptions, applierOf } from "./core/applier.ts";
export {
  type AppliedModel,
  type ApplyOptions,
  applyModel,
  type InputLike,
} from "./core/applyModel.ts";
export { defModule } from "./core/defModule.ts";
export { freeze } from "./core/freeze.ts";
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
  columnsOf,
  type Edge,
  type FreeUse,
  type LookupUse,
  outputRows,
  type ScaleUse,
  sampleSums,
  type Use,
} from "./core/uses.ts";
export { constantInit, ones, zeros } from "./init/constant.ts";
export { glorotNormal, glorotUniform } from "./init/glorot.ts";
export { heNormal, heUniform } from "./init/he.ts";
export { type BernoulliOptions, bernoulli } from "./laws/bernoulli.ts";
export { categorical } from "./laws/categorical.ts";
export { checkTargets } from "./laws/checkTargets.ts";
export { defLaw } from "./laws/defLaw.ts";
export { type GaussianOptions, gaussian } from "./laws/gaussian.ts";
export { gaussianWithScale } from "./laws/gaussianWithScale.ts";
export { independent } from "./laws/independent.ts";
export { joint, type LawTree, type NaturalOf, type ObservedOf } from "./laws/joint.ts";
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
export { poisson } from "./laws/poisson.ts";
export type { SupportName } from "./laws/supports.ts";
export { type Masked, masked, type Weighted, weighted } from "./laws/weighted.ts";
export type { Activation } from "./modules/activationOf.ts";
export { type BatchNormOptions, type BatchNormSettings, batchNorm } from "./modules/batchNorm.ts";
export { type DenseOptions, type DenseSettings, dense } from "./modules/dense.ts";
export { type DropoutOptions, dropout } from "./modules/dropout.ts";
export {
  type FirstIn,
  type LastOut,
  type Sequential,
  type SequentialOptions,
  sequential,
} from "./modules/sequential.ts";
export { type UpsampleOptions, upsample } from "./modules/upsample.ts";
