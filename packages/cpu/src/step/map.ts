import type { MapStep } from "@metrigrad/tensor";
import type { Values } from "../expr/evaluator.ts";
import { type Analysis, analyse, type Fused, LoopBody, streamStrides } from "../loop/body.ts";
import { bytesOf } from "../loop/lanes.ts";
import { element, loop, type Range, share, vectorLoop, whole } from "../loop/nest.ts";
import { collapse, type Space, vectoriseBest } from "../loop/space.ts";
import type { KernelOptions } from "../options.ts";
import type { FunctionBuilder } from "../wasm/index.ts";
import type { Lowering, StepContext } from "./context.ts";
import { loopCost, shareable } from "./cost.ts";

/** Returns the loop that parts share: the outermost, unless it is short and the last one long. */
function sharedLevel(sizes: readonly number[]): number {
  const last = sizes.length - 1;
  return (sizes[0] as number) >= 16 || (sizes[last] as number) < 64 ? 0 : last;
}

/** Returns the numbers of vectors per turn: more for short expressions, so that the loop itself costs less. */
function turnCounts({ scalars }: Analysis, size: number): readonly number[] {
  const short = scalars.nodes.length + scalars.roots.length <= 24;
  return short && size >= 64 ? [4, 1] : [1];
}

/** Returns the loops of a map, outermost first; at least one. */
export function spaceOf(
  shape: readonly number[],
  fused: Fused,
  analysis: Analysis,
  { floats }: KernelOptions,
): Space {
  const strides = streamStrides(fused, analysis);
  const units = [...fused.outputs, ...fused.inputs].map(({ dtype }) => bytesOf(dtype));
  const collapsed = collapse({ sizes: shape, strides });
  const space = vectoriseBest(collapsed, units, analysis.scalars.nodes.length, floats.lanes);
  if (space.sizes.length > 0) return space;
  return { sizes: [1], strides: strides.map(() => [0]) };
}

/** Emits the loops of a map for the given ranges. */
export function emitMap(
  f: FunctionBuilder,
  fused: Fused,
  analysis: Analysis,
  space: Space,
  ranges: readonly Range[],
  options: KernelOptions,
): void {
  const last = ranges.length - 1;
  const { lanes } = options.floats;
  const body = new LoopBody(f, fused, analysis, space, last, options);
  const counts = turnCounts(analysis, space.sizes[last] as number);
  const innermost = (known: Values) =>
    vectorLoop(f, body.cursors, last, ranges[last] as Range, lanes, counts, (turn) => {
      const vectors = turn.kind === "element" ? 1 : turn.count;
      const results = Array.from({ length: vectors }, (_, vector) =>
        body.evaluator.roots(body.enter(last + 1, known, turn, vector)),
      );
      results.forEach((values, vector) => {
        values.forEach((value, j) => {
          const type = fused.exprs[j]?.type ?? "float";
          body.store(j, value, type, turn, vector);
        });
      });
    });
  const from = (level: number, outer: Values): void => {
    const known = body.enter(level, outer, element);
    if (level === last) innermost(known);
    else loop(f, body.cursors, level, ranges[level] as Range, () => from(level + 1, known));
  };
  from(0, []);
}

/** Adds a fused loop over all elements of `shape` as one phase. */
export function lowerMap(shape: readonly number[], fused: Fused, context: StepContext): void {
  if (shape.some((size) => size === 0)) return;
  const analysis = analyse(fused.exprs);
  const space = spaceOf(shape, fused, analysis, context.options);
  const level = sharedLevel(space.sizes);
  const quantum = level === space.sizes.length - 1 ? 16 : 1;
  const grains = Math.ceil((space.sizes[level] as number) / quantum);
  const cost = shareable(grains, loopCost(shape, analysis, context.options.floats));
  context.phase(cost, (f, part, parts) => {
    const mine = share(f, space.sizes[level] as number, quantum, part, parts);
    const ranges = space.sizes.map((size, axis) => (axis === level ? mine : whole(size)));
    emitMap(f, fused, analysis, space, ranges, context.options);
  });
}

/** Lowers outputs[j][i…] = exprs[j](inputs…[i…]) to a fused loop over vectors. */
export const mapStep: Lowering<MapStep> = (step, context) => {
  const { shape, exprs } = step;
  const inputs = step.inputs.map(context.region);
  const outputs = step.outputs.map(context.region);
  lowerMap(shape, { inputs, exprs, outputs }, context);
};
