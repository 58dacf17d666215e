import type { RowsStep } from "@metrigrad/tensor";
import { weightOf } from "../expr/rules/table.ts";
import { share } from "../loop/nest.ts";
import type { FixedRegion } from "../loop/region.ts";
import { collapse, joinSpaces, pickAxes, type Space } from "../loop/space.ts";
import type { FunctionBuilder, I32 } from "../wasm/index.ts";
import type { Lowering } from "./context.ts";
import { loopCost, shareable, sizeOf } from "./cost.ts";
import { withOwnScratch } from "./ownScratch.ts";
import { RowLoops, type RowNest } from "./rowLoops.ts";
import { type RowProgram, type RowWork, rowProgram } from "./rowWork.ts";

function atLeastOne(space: Space): Space {
  if (space.sizes.length > 0) return space;
  return { sizes: [1], strides: space.strides.map(() => [0]) };
}

/** Instructions to bring together the lanes of a vector. */
const gatherTime = 12;
/** Values up to which two rows are computed at once, so that one does not wait for the sums of the other. */
const fewValues = 120;

/** Instructions of a work, once for each vector of elements and once per row. */
function timesOf({ analysis, stages }: RowWork, step: RowsStep): { element: number; row: number } {
  const { scalars } = analysis;
  let [element, row] = [0, 0];
  // What is computed of numbers per row alone is computed once.
  const within: boolean[] = [];
  for (const node of scalars.nodes) {
    const isElement =
      node.op === "arg"
        ? isElementOf(step, node.index)
        : node.op === "call" && node.args.some((arg) => within[arg]);
    within.push(isElement);
    const time = node.op === "call" ? weightOf(node.rule) : 0;
    if (isElement) element += time;
    else row += time;
  }
  row += gatherTime * stages.filter((stage) => step.stages[stage]?.op !== undefined).length;
  return { element, row };
}

/** Whether an argument has a value for each element. */
function isElementOf({ inputs, shape, stages }: RowsStep, index: number): boolean {
  const view = inputs[index];
  if (view === undefined) return stages[index - inputs.length]?.per === "element";
  return view.shape.length === shape.length;
}

/** The loops over rows, and within them. */
function nestOf(
  step: RowsStep,
  program: RowProgram,
  regions: readonly FixedRegion[],
  lanes: number,
): RowNest {
  const { shape, rowAxes } = step;
  const lead = shape.length - rowAxes;
  const axes = shape.map((_, axis) => axis);
  // A number per row has no axes within it.
  const strides = regions.map((region) => axes.map((axis) => region.strides[axis] ?? 0));
  const all: Space = { sizes: shape, strides };
  const rows = atLeastOne(collapse(pickAxes(all, axes.slice(0, lead))));
  const within = atLeastOne(collapse(pickAxes(all, axes.slice(lead))));
  const length = sizeOf(within.sizes);
  const times = [...program.passes, ...program.numbers].map((work) => timesOf(work, step));
  const [element, row] = (["element", "row"] as const).map((part) =>
    times.reduce((sum, time) => sum + time[part], 0),
  ) as [number, number];
  // Rows lie apart, so a vector across them is brought together lane by lane.
  const moved = regions.filter(({ shape: own }) => own.length === shape.length).length;
  const along = Math.ceil(length / lanes) * (element + moved) + row;
  const beside = (length * (element + 2 * lanes * moved) + row) / lanes;
  const across = (rows.sizes.at(-1) as number) >= lanes && beside < along;
  const sizes = [...within.sizes];
  const last = sizes.at(-1) as number;
  if (!across) sizes[sizes.length - 1] = Math.ceil(last / lanes) * lanes;
  const unit = across ? 16 : 16 / lanes;
  const keptStrides = sizes.map((_, level) => unit * sizeOf(sizes.slice(level + 1)));
  const values = [...program.passes, ...program.numbers].reduce(
    (sum, { analysis }) => sum + analysis.scalars.nodes.length,
    0,
  );
  return {
    space: joinSpaces(rows, within),
    kept: rows.sizes.length,
    across,
    rows: !across && values <= fewValues && (rows.sizes.at(-1) as number) > 1 ? 2 : 1,
    keptBytes: unit * sizeOf(sizes),
    keptStrides,
  };
}

/** The stages of a step, row by row: what a later pass over the row reads stays in a row of memory of each part. */
export const rowsStep: Lowering<RowsStep> = (step, context) => {
  const { shape, rowAxes } = step;
  if (shape.slice(0, shape.length - rowAxes).includes(0)) return;
  const inputs = step.inputs.map(context.region);
  const outputs = step.outputs.map(context.region);
  const { floats } = context.options;
  const program = rowProgram(step);
  const nest = nestOf(step, program, [...outputs, ...inputs], floats.lanes);
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
  const scratch = context.partScratch(nest.rows * program.kept * nest.keptBytes, size, cost);
  context.phase(cost, (f, part, parts) => {
    withOwnScratch(f, scratch, part, context, (own) => rows(f, part, parts, own));
  });
};
