import { type RowsStep, rowProgram } from "@metrigrad/tensor";
import { analyse } from "../loop/body.ts";
import { share } from "../loop/nest.ts";
import type { FunctionBuilder, I32 } from "../wasm/index.ts";
import type { Lowering } from "./context.ts";
import { loopCost, shareable } from "./cost.ts";
import { withOwnScratch } from "./ownScratch.ts";
import { RowLoops } from "./rowLoops.ts";
import { nestOf } from "./rowNest.ts";

/**
 * Lowers the stages of a step, row by row. Elements that a later pass over the row reads stay in a row of memory of
 * each part.
 */
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
  const atOnce = nest.across ? floats.lanes : nest.rows;
  const quantum = nest.kept === 1 ? atOnce : 1;
  const work = program.passes.reduce(
    (sum, { exprs }) => sum + loopCost(shape, analyse(exprs), floats),
    0,
  );
  const grains = Math.ceil(size / quantum);
  const cost = shareable(grains, work);
  const rows = (f: FunctionBuilder, part: I32, parts: I32, own: I32 | null) =>
    new RowLoops(f, code, share(f, size, quantum, part, parts), own, context.options).emit();
  if (program.kept === 0) {
    context.phase(cost, (f, part, parts) => rows(f, part, parts, null));
    return;
  }
  const scratch = context.partScratch(nest.rows * program.kept * nest.keptBytes, grains, cost);
  context.phase(cost, (f, part, parts) => {
    withOwnScratch(f, scratch, part, context, (own) => rows(f, part, parts, own));
  });
};
