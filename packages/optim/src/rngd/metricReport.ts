import { add, div, max, mul, type Node, scan, sqrt, square, sum } from "@metrigrad/graph";
import { lossChange } from "../core/lossChange.ts";
import type { OptimizerContext } from "../core/optimizer.ts";
import type { BlockReport, Quantity } from "../core/report.ts";
import type { ChainStep } from "../core/step.ts";
import { metricCurvature } from "../curvature/metricCurvature.ts";
import { predictedChange, quadraticModel } from "../curvature/quadraticModel.ts";
import { stepLength } from "../transforms/klClip.ts";
import type { PreconditionedBlock } from "./preconditioned.ts";

/** The number of power iterations behind the condition number. */
const iterations = 12;

/**
 * Returns a function that adds the report of a metric to a step when the chain is done.
 *
 * For each block it has λ and the residual ‖v − (g + λI)u‖/‖v‖ of the solve for the direction v that came in. The u
 * is taken before it is rounded to the floats of the store. It has the length of the step in √nats, and on request
 * the condition number. For the whole step it has the length, the change of the loss, and the change that the
 * quadratic model by this metric predicts without damping. These are for the step before it may be undone, in the
 * units of the loss, over the samples of the batch.
 */
export function metricReport(blocks: readonly PreconditionedBlock[], context: OptimizerContext) {
  return (step: ChainStep): ChainStep => {
    const own = blocks.map((block): BlockReport => {
      const { path, names, solver, asked, solved } = block;
      const quantities: Quantity[] = [
        { name: "lambda", value: block.lambda, costly: false },
        { name: "residual", value: () => block.residual(asked(), solved), costly: false },
        {
          name: "length",
          value: () => stepLength("report", { ...step, metric: [block] }),
          costly: false,
        },
        { name: "condition", value: () => condition(block, asked()), costly: true },
      ];
      return { path, params: names, solver, quantities };
    });
    const whole: Quantity[] = [
      { name: "length", value: () => stepLength("report", step), costly: false },
      { name: "predictedChange", value: () => predicted(step, context), costly: false },
      { name: "lossChange", value: () => lossChange(context, step.directions), costly: false },
    ];
    const { quantities, blocks: others } = step.report;
    const report = { quantities: [...whole, ...quantities], blocks: [...others, ...own] };
    return { ...step, report };
  };
}

/** Returns −δ'∇L + ½δ'gδ of the step δ. This model does not see a bend. */
function predicted(step: ChainStep, context: OptimizerContext): Node {
  const options = { curvature: metricCurvature, damped: false };
  const model = quadraticModel("report", options, step, context);
  return predictedChange(model(step.straight ?? step.directions));
}

/**
 * Returns an estimate of the largest condition number ‖g + λI‖‖(g + λI)⁻¹‖ of the matrices, a scalar.
 *
 * Both norms come from power iterations that begin with v, so the estimate is never too large. Each column iterates
 * for itself. If a matrix is over all columns, they iterate as one vector. The result is 0 if v = 0.
 */
function condition({ damped, solve, columns }: PreconditionedBlock, v: Node): Node {
  const over = columns === "coupled" ? {} : { axis: 0 };
  const unit = (x: Node) => {
    const squares = sum(square(x), { ...over, keepDims: true });
    return mul(x, div(1, sqrt(add(squares, 1e-30))));
  };
  const largest = (f: (x: Node) => Node) => {
    const cell = (x: Node) => ({ carry: unit(f(x)), y: [] });
    const { carry: x } = scan(cell, unit(v), null, { turns: iterations });
    return sum(mul(x, f(x)), over);
  };
  return max(mul(largest(damped), largest(solve)));
}
