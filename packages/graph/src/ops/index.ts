export type { Carry, LoopBody } from "../loop/body.ts";
export { type OdeintOptions, type OdeMethod, odeint } from "../loop/odeint.ts";
export type { LoopOutputAttrs } from "../loop/results.ts";
export { type Scanned, type ScanOptions, scan } from "../loop/scan.ts";
export {
  celu,
  elu,
  eluWith,
  gelu,
  leakOf,
  leakyRelu,
  logsigmoid,
  mish,
  relu,
  selu,
  sigmoid,
  silu,
  softplus,
  softsign,
  tanh,
} from "./activation.ts";
export {
  adaptiveAvgPool1d,
  adaptiveAvgPool2d,
  adaptiveMaxPool1d,
  adaptiveMaxPool2d,
} from "./adaptivePool.ts";
export { affine } from "./affine.ts";
export { type AffinePatchesOptions, affinePatches, patchRows } from "./affinePatches.ts";
export { type ArgOptions, argMax, argMin } from "./argmax.ts";
export { argsort, type SortAttrs, type SortOptions } from "./argsort.ts";
export {
  abs,
  add,
  clip,
  div,
  maximum,
  minimum,
  mul,
  neg,
  reciprocal,
  sign,
  sub,
} from "./arithmetic.ts";
export { augment } from "./augment.ts";
export { broadcastTo, sum, unbroadcast } from "./broadcastTo.ts";
export { cast } from "./cast.ts";
export { type CholeskyOptions, cholesky, choleskyShift } from "./cholesky.ts";
export { choleskyLogdet, choleskySolve } from "./choleskySolve.ts";
export {
  equal,
  greater,
  greaterEqual,
  isFinite,
  less,
  lessEqual,
  notEqual,
} from "./comparison.ts";
export { concat } from "./concat.ts";
export { type ConstantAttrs, constant } from "./constant.ts";
export { type ContractAttrs, contract } from "./contract.ts";
export {
  type ConvBiasOptions,
  type ConvTransposeOptions,
  conv1d,
  conv2d,
  conv3d,
  convTranspose1d,
  convTranspose2d,
  convTranspose3d,
} from "./conv.ts";
export type { ConvolutionAttrs } from "./convolutionAttrs.ts";
export type { ConvOptions, Padding } from "./convolutionShape.ts";
export { coreOps } from "./coreOps.ts";
export {
  type CumulativeOptions,
  cummax,
  cummin,
  cumprod,
  cumsum,
  type ExclusiveOptions,
  logCumsumExp,
  type RunningAttrs,
} from "./cumulative.ts";
export { det, type SignedLogDet, slogdet } from "./det.ts";
export { diag, diagonal, trace } from "./diagonal.ts";
export {
  type CosineSimilarityOptions,
  cdist,
  cosineSimilarity,
  type DistanceOptions,
} from "./distance.ts";
export { dynamicSlice, dynamicUpdate } from "./dynamicSlice.ts";
export { type Eigenpairs, eigh } from "./eigh.ts";
export { einsum } from "./einsum.ts";
export {
  type Binary,
  defElementwise,
  type Elementwise,
  type ElementwiseSpec,
  type Unary,
  unaryOf,
} from "./elementwise.ts";
export { elementwiseDerivative } from "./elementwiseDerivative.ts";
export { expandDims } from "./expandDims.ts";
export { eye } from "./eye.ts";
export {
  type ComplexLike,
  type ComplexNode,
  type FftOptions,
  fft,
  type IrfftOptions,
  ifft,
  irfft,
  rfft,
} from "./fft.ts";
export { fill, onesLike, zerosLike } from "./fill.ts";
export { type FlipOptions, flip } from "./flip.ts";
export { digamma, lgamma, polygamma } from "./gamma.ts";
export { type GatherOptions, gather, type ScatterAddOptions, scatterAdd } from "./gather.ts";
export { gatherNd, scatterNd } from "./gatherNd.ts";
export { type GluOptions, glu } from "./glu.ts";
export { type GramOptions, gram } from "./gram.ts";
export {
  type ArangeOptions,
  arange,
  linspace,
  type MeshgridOptions,
  meshgrid,
} from "./grid.ts";
export { type InputAttrs, input } from "./input.ts";
export { type InterpolateMode, type InterpolateOptions, interpolate } from "./interpolate.ts";
export { iota } from "./iota.ts";
export { isLinearIn } from "./linearIn.ts";
export { inverse, type LinearSolveOptions, linearSolve } from "./linearSolve.ts";
export { logicalAnd, logicalNot, logicalOr, where } from "./logic.ts";
export { type LogitOptions, logit } from "./logit.ts";
export { lstsq } from "./lstsq.ts";
export { maskedFill } from "./maskedFill.ts";
export { type MatmulOptions, matmul } from "./matmul.ts";
export { matrixExp } from "./matrixExp.ts";
export { matrixPower } from "./matrixPower.ts";
export { mean, std, type VarianceOptions, variance } from "./moments.ts";
export { moveAxis } from "./moveAxis.ts";
export { type NormalizeOptions, type NormOptions, norm, normalize } from "./norm.ts";
export { oneHot } from "./oneHot.ts";
export { dot, kron, outer } from "./outer.ts";
export { type PadMode, type PadOptions, pad } from "./pad.ts";
export { pick } from "./pick.ts";
export {
  hardshrink,
  hardsigmoid,
  hardswish,
  hardtanh,
  relu6,
  softshrink,
} from "./piecewise.ts";
export { matrixRank, pinv, type RankOptions } from "./pinv.ts";
export type { PointwiseOp } from "./pointwise.ts";
export {
  type AvgPoolOptions,
  avgPool1d,
  avgPool2d,
  avgPool3d,
  type MaxPoolOptions,
  maxPool1d,
  maxPool2d,
  maxPool3d,
  type PoolOptions,
} from "./pool.ts";
export { double, single } from "./precision.ts";
export { prelu } from "./prelu.ts";
export { type PutAlongAxisOptions, putAlongAxis } from "./putAlongAxis.ts";
export { type QrFactors, qr } from "./qr.ts";
export {
  type Interpolation,
  median,
  type QuantileOptions,
  quantile,
} from "./quantile.ts";
export {
  type BernoulliDrawOptions,
  bernoulliDraws,
  normal,
  type RandomOptions,
  randomBits,
  rngState,
  uniform,
} from "./random.ts";
export { max, min, prod } from "./reduce.ts";
export type { ReduceAttrs, ReduceOptions } from "./reduction.ts";
export { reshape } from "./reshape.ts";
export { roll } from "./roll.ts";
export { rot90 } from "./rot90.ts";
export { ceil, floor, round } from "./rounding.ts";
export type { AxisRange, Selection } from "./selection.ts";
export { type PlaceAttrs, slice } from "./slice.ts";
export { logSoftmax, logSumExp, type SoftmaxOptions, softmax } from "./softmax.ts";
export { sort, type Top, type TopKOptions, topK } from "./sort.ts";
export { chunk, split, unstack } from "./split.ts";
export { squeeze } from "./squeeze.ts";
export { stack } from "./stack.ts";
export { stopGradient } from "./stopGradient.ts";
export { structuralOps } from "./structuralOps.ts";
export { type SvdFactors, singularValues, svd } from "./svd.ts";
export { swapAxes } from "./swapAxes.ts";
export { symmetrize } from "./symmetrize.ts";
export { takeAlongAxis } from "./takeAlongAxis.ts";
export { repeatInterleave, tile } from "./tile.ts";
export {
  cos,
  erf,
  exp,
  expm1,
  log,
  log1p,
  log2,
  log10,
  logaddexp,
  pow,
  rsqrt,
  sin,
  sqrt,
  square,
} from "./transcendental.ts";
export { transpose } from "./transpose.ts";
export { tril, triu } from "./triangle.ts";
export { type TriangularSolveOptions, triangularSolve } from "./triangularSolve.ts";
export {
  acos,
  acosh,
  asin,
  asinh,
  atan,
  atan2,
  atanh,
  cosh,
  sinh,
  tan,
} from "./trigonometric.ts";
export { all, any, countNonzero } from "./truth.ts";
export {
  isVariable,
  type Variable,
  type VariableOptions,
  variable,
  variableName,
  variableOf,
} from "./variable.ts";
export { type WindowsOptions, windows } from "./windows.ts";
export type { AxisWindows, WindowsAttrs } from "./windowsOp.ts";
