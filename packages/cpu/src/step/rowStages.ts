import type { RowsStep } from "@metrigrad/tensor";
import { share } from "../loop/nest.ts";
import type { FixedRegion } from "../loop/region.ts";
import { collapse, joinSpaces, pickAxes, type Space } from "../loop/space.ts";
import type { FunctionBuilder, I32 } from "../wasm/index.ts";
import type { Lowering } from "./context.ts";
import { loopCost, shareable } from "./cost.ts";
import { withOwnScratch } from "./ownScratch.ts";
import { RowLoops, type RowNest } from "./rowLoops.ts";
import { rowProgram } from "./rowWork.ts";

function atLeastOne(space: Space): Space {
  if (space.sizes.length > 0) return space;
  return { sizes: [1], strides: space.strides.map(() => [0]) };
}

/** The loops over rows, and within them. */
function nestOf(
  { shape, rowAxes }: RowsStep,
  regions: readonly FixedRegion[],
  lanes: number,
): RowNest {
  const lead = shape.length - rowAxes;
  const axes = shape.map((_, axis) => axis);
  // A number per row has no axes within it.
  const strides = regions.map((region) => axes.map((axis) => region.strides[axis] ?? 0));
  const all: Space = { sizes: shape, strides };
  const rows = atLeastOne(collapse(pickAxes(all, axes.slice(0, lead))));
  const within = atLeastOne(collapse(pickAxes(all, axes.slice(lead))));
  const sizes = [...within.sizes];
  sizes[sizes.length - 1] = Math.ceil((sizes.at(-1) as number) / lanes) * lanes;
  const keptStrides = sizes.map((_, level) => {
    return (16 / lanes) * sizes.slice(level + 1).reduce((product, size) => product * size, 1);
  });
  const keptBytes = (16 / lanes) * sizes.reduce((product, size) => product * size, 1);
  const kept = rows.sizes.length;
  return { space: joinSpaces(rows, within), kept, keptBytes, keptStrides };
}

/** The stages of a step, row by row: what a later pass over the row reads stays in a row of memory of each part. */
export const rowsStep: Lowering<RowsStep> = (step, context) => {
  const { shape, rowAxes } = step;
  if (shape.slice(0, shape.length - rowAxes).includes(0)) return;
  const inputs = step.inputs.map(context.region);
  const outputs = step.outputs.map(context.region);
  const { floats } = context.options;
  const nest = nestOf(step, [...outputs, ...inputs], floats.lanes);
  const program = rowProgram(step);
  const code = { step, program, nest, inputs, outputs };
  const size = nest.space.sizes[0] as number;
  const each = program.passes.map(({ analysis }) => loopCost(shape, analysis, floats));
  const cost = shareable(
    size,
    each.reduce((sum, one) => sum + one, 0),
  );
  const rows = (f: FunctionBuilder, part: I32, parts: I32, own: I32 | null) =>
    new RowLoops(f, code, share(f, size, 1, part, parts), own, context.options).emit();
  if (program.kept === 0) {
    context.phase(cost, (f, part, parts) => rows(f, part, parts, null));
    return;
  }
  const scratch = context.partScratch(program.kept * nest.keptBytes, size, cost);
  context.phase(cost, (f, part, parts) => {
    withOwnScratch(f, scratch, part, context, (own) => rows(f, part, parts, own));
  });
};
