import type { Shape, ValueType } from "@metrigrad/tensor";
import type { ConstantAttrs, InputAttrs, Op } from "../core/op.ts";
import { loopOutputOp } from "../loop/loopOutput.ts";
import type { LoopOutputAttrs } from "../loop/results.ts";
import { argMaxOp, argMinOp } from "./argmax.ts";
import { argsortOp, type SortAttrs } from "./argsort.ts";
import { broadcastToOp, sumOp } from "./broadcastTo.ts";
import { concatOp } from "./concat.ts";
import { constantOp } from "./constant.ts";
import { type ContractAttrs, contractOp } from "./contract.ts";
import type { ConvolutionAttrs } from "./convolutionAttrs.ts";
import { convolutionInputOp, convolutionOp } from "./convolutionOp.ts";
import { cumsumOp, type RunningAttrs } from "./cumulative.ts";
import { firstMaxOp } from "./firstMax.ts";
import { gatherOp, scatterAddOp } from "./gather.ts";
import { inputOp } from "./input.ts";
import { iotaOp } from "./iota.ts";
import { matmulOp } from "./matmul.ts";
import { doubleOp, singleOp } from "./precision.ts";
import { randomOp } from "./random.ts";
import { maxOp, minOp, prodOp } from "./reduce.ts";
import type { ReduceAttrs } from "./reduction.ts";
import { reshapeOp } from "./reshape.ts";
import type { Selection } from "./selection.ts";
import { type PlaceAttrs, placeOp, sliceOp } from "./slice.ts";
import { transposeOp } from "./transpose.ts";
import { type WindowsAttrs, windowsOp } from "./windowsOp.ts";

/**
 * The ops that inference graphs are made of besides element-wise ops, for programs that translate graphs.
 *
 * Compare them with `node.op`. An op that is not among them has an expression, `op.expr`, or equals other nodes, `op.rewrite`. Few
 * ops have neither.
 *
 * @category Graph: own ops
 */
export const coreOps: {
  /** A value that is passed to each run. */
  readonly input: Op<InputAttrs>;
  /** A fixed value. */
  readonly constant: Op<ConstantAttrs>;
  /** The integers from 0 on. */
  readonly iota: Op<{ readonly size: number }>;
  /** Random words. */
  readonly random: Op;
  /** A value whose shape is repeated. */
  readonly broadcastTo: Op<{ readonly shape: Shape }>;
  /** The same elements in another shape. */
  readonly reshape: Op<{ readonly shape: Shape }>;
  /** Permuted axes. */
  readonly transpose: Op<{ readonly axes: readonly number[] }>;
  /** A box of positions. */
  readonly slice: Op<Selection>;
  /** Values in boxes of a larger value. */
  readonly pad: Op<PlaceAttrs>;
  /** Values one after the other along an axis. */
  readonly concat: Op<{ readonly axis: number }>;
  /** Windows along axes. */
  readonly windows: Op<WindowsAttrs>;
  /** Rows by their positions. */
  readonly gather: Op<{ readonly type: ValueType }>;
  /** Zeros, with rows added at positions. */
  readonly scatterAdd: Op<{ readonly rows: number }>;
  /** Sums over axes. */
  readonly sum: Op<ReduceAttrs>;
  /** Largest elements. */
  readonly max: Op<ReduceAttrs>;
  /** Largest elements, of which the first one takes the derivative. */
  readonly firstMax: Op<ReduceAttrs>;
  /** Smallest elements. */
  readonly min: Op<ReduceAttrs>;
  /** Products over axes. */
  readonly prod: Op<ReduceAttrs>;
  /** Positions of the largest elements. */
  readonly argMax: Op<{ readonly axis: number }>;
  /** Positions of the smallest elements. */
  readonly argMin: Op<{ readonly axis: number }>;
  /** Positions that sort an axis. */
  readonly argsort: Op<SortAttrs>;
  /** Running sums. */
  readonly cumsum: Op<RunningAttrs>;
  /** The product of two matrices. */
  readonly matmul: Op<null>;
  /** The product of two values over common indices. */
  readonly contract: Op<ContractAttrs>;
  /** The convolution of x [n, g, c, size…] with w [c, kernel…, g, o] to [n, g, o, out…]. */
  readonly convolution: Op<ConvolutionAttrs>;
  /** Its pullback by x, which is the transposed convolution: [n, g, o, out…] and w give [n, g, c, size…]. */
  readonly convolutionInput: Op<ConvolutionAttrs>;
  /** The value in floats of 64 bits. */
  readonly double: Op<null>;
  /** The value in the store's own floats. */
  readonly single: Op<null>;
  /** One result of a loop. */
  readonly loop: Op<LoopOutputAttrs>;
} = Object.freeze({
  input: inputOp,
  constant: constantOp,
  iota: iotaOp,
  random: randomOp as Op,
  broadcastTo: broadcastToOp,
  reshape: reshapeOp,
  transpose: transposeOp,
  slice: sliceOp,
  pad: placeOp,
  concat: concatOp,
  windows: windowsOp,
  gather: gatherOp,
  scatterAdd: scatterAddOp,
  sum: sumOp,
  max: maxOp,
  firstMax: firstMaxOp,
  min: minOp,
  prod: prodOp,
  argMax: argMaxOp,
  argMin: argMinOp,
  argsort: argsortOp,
  cumsum: cumsumOp,
  matmul: matmulOp,
  contract: contractOp,
  convolution: convolutionOp,
  convolutionInput: convolutionInputOp,
  double: doubleOp,
  single: singleOp,
  loop: loopOutputOp,
});
