import { arg, type DType, type ReduceStep } from "@metrigrad/tensor";
import { further } from "../loop/address.ts";
import { bytesOf } from "../loop/lanes.ts";
import { contiguous, type FixedRegion } from "../loop/region.ts";
import type { Lowering, StepContext } from "./context.ts";
import { sizeOf } from "./cost.ts";
import { lowerReduce } from "./reduceLoop.ts";

/** The number of blocks of a long reduction to few results. It is not the number of parts, which must not matter. */
const blocks = 32;
/**
 * The number of elements from which a reduction is cut, and the number of results up to which parts have nothing else
 * to share.
 */
const longSize = 2 ** 15;
const fewResults = 64;

/** Returns the axis along which a reduction is cut; −1 if parts can share its results, or if it is short. */
function cutAxis({ shape, axes }: ReduceStep): number {
  const results = sizeOf(shape.filter((_, axis) => !axes.includes(axis)));
  if (results > fewResults || sizeOf(shape) < longSize) return -1;
  const longest = Math.max(0, ...axes.map((axis) => shape[axis] as number));
  return longest < blocks ? -1 : (axes.find((axis) => shape[axis] === longest) as number);
}

/** Replaces one number of a list by several. */
function spread(list: readonly number[], at: number, ...values: readonly number[]): number[] {
  return [...list.slice(0, at), ...values, ...list.slice(at + 1)];
}

/** Reduces equal blocks of one axis and its rest, and then their results. */
function lowerCut(step: ReduceStep, axis: number, context: StepContext): void {
  const { shape, axes, ops, exprs } = step;
  const inputs = step.inputs.map(context.region);
  const length = Math.floor((shape[axis] as number) / blocks);
  const left = (shape[axis] as number) - blocks * length;
  const kept = shape.filter((_, at) => !axes.includes(at));
  const keptBefore = shape.filter((_, at) => at < axis && !axes.includes(at)).length;
  const slots = [left > 0 ? blocks + 1 : blocks, ...kept];
  const types = exprs.map(({ type }) => type);
  const partial = types.map((type) => {
    const dtype: DType = type === "float" ? context.options.floats.type : type;
    return contiguous(context.scratch(bytesOf(dtype) * sizeOf(slots)), slots, dtype);
  });
  const stride = (region: FixedRegion) => region.strides[axis] as number;
  const cut = inputs.map((region) => ({
    ...region,
    shape: spread(region.shape, axis, blocks, length),
    strides: spread(region.strides, axis, stride(region) * length, stride(region)),
  }));
  const ordered = partial.map((region) => {
    const [slot, ...rest] = region.strides as [number, ...number[]];
    rest.splice(keptBefore, 0, slot);
    const lengths = [...kept];
    lengths.splice(keptBefore, 0, blocks);
    return { ...region, shape: lengths, strides: rest };
  });
  const reducing = {
    shape: spread(shape, axis, blocks, length),
    axes: axes.map((at) => (at < axis ? at : at + 1)),
    ops,
    fused: { inputs: cut, exprs, outputs: ordered },
  };
  lowerReduce(reducing, context);
  if (left > 0) {
    const rest = inputs.map((region) => ({
      ...region,
      base: further(region.base, blocks * length * stride(region)),
      shape: spread(region.shape, axis, left),
    }));
    const last = partial.map(({ base, dtype, strides }) =>
      contiguous(further(base, blocks * (strides[0] as number)), kept, dtype),
    );
    const fused = { inputs: rest, exprs, outputs: last };
    lowerReduce({ shape: spread(shape, axis, left), axes, ops, fused }, context);
  }
  const fused = {
    inputs: partial,
    exprs: types.map((type, j) => arg(j, type)),
    outputs: step.outputs.map(context.region),
  };
  lowerReduce({ shape: slots, axes: [0], ops, fused }, context);
}

/** Lowers outputs[j][kept…] = ops[j] over `axes` of exprs[j], in one pass for all outputs. */
export const reduceStep: Lowering<ReduceStep> = (step, context) => {
  const axis = cutAxis(step);
  if (axis >= 0) {
    lowerCut(step, axis, context);
    return;
  }
  const { shape, axes, ops, exprs } = step;
  const inputs = step.inputs.map(context.region);
  const outputs = step.outputs.map(context.region);
  lowerReduce({ shape, axes, ops, fused: { inputs, exprs, outputs } }, context);
};
