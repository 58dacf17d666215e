export * from "./check/index.ts";
export { type CompileRequest, compile, type Handles, type Outputs } from "./compile/compile.ts";
export { type Planned, type PlanRequest, planOf, type Update } from "./compile/plan.ts";
export type { Feeds, Program } from "./compile/program.ts";
export { type DefinedOp, defOp } from "./core/defOp.ts";
export type { LeafLike, NodeTreeOf } from "./core/leafLike.ts";
export { asNode, asNodes, type NodeLike } from "./core/like.ts";
export { isNode, makeNode, type Node, showNode } from "./core/node.ts";
export type { Joint, LowerContext, NodeType, Op } from "./core/op.ts";
export { type NodeRole, withMetricScope, withScope } from "./core/scope.ts";
export { topological } from "./core/topology.ts";
export { type InsideLoop, insideLoop } from "./loop/inside.ts";
export { inAllTurns, openScans } from "./loop/turns.ts";
export * from "./ops/index.ts";
/**
 * Every op by its name, such as `ops.conv2d`. Needed where a module of the same name hides the op in `metrigrad`.
 *
 * @category Ops: elements
 */
export * as ops from "./ops/index.ts";
export {
  fromRank,
  meanOverRanks,
  type OverRanks,
  oneRank,
  overRanksOp,
  type Ranks,
  rowsOfAllRanks,
  rowsOfRank,
  rowsOfRankOp,
  variesOverRanks,
} from "./ranks/overRanks.ts";
export { cutEdges } from "./transform/cutEdges.ts";
export { finiteDifference } from "./transform/finiteDifference.ts";
export { type GradOptions, grad, valueAndGrad } from "./transform/grad.ts";
export { gradientReach } from "./transform/gradientReach.ts";
export { hessian } from "./transform/hessian.ts";
export { hvp } from "./transform/hvp.ts";
export { type InDoubleOptions, inDouble } from "./transform/inDouble.ts";
export { jacobian } from "./transform/jacobian.ts";
export { jacobianRows } from "./transform/jacobianRows.ts";
export {
  biharmonic,
  directional,
  divergence,
  gradient,
  laplacian,
  partial,
} from "./transform/jet/byInputs.ts";
export {
  type AxesOptions,
  derivatives,
  type InputDerivatives,
} from "./transform/jet/derivatives.ts";
export { jvp } from "./transform/jvp.ts";
export { type Mixing, rowsPerSample, samplesMixed } from "./transform/samplesMixed.ts";
export type { JacobianRowsOptions } from "./transform/sampleUses.ts";
export { substitute as replaceNodes } from "./transform/substitute.ts";
export { vjp } from "./transform/vjp.ts";
export { type VmapOptions, vmap } from "./transform/vmap.ts";
export { type WeightUse, type WeightUsesOptions, weightUses } from "./transform/weightUses.ts";
