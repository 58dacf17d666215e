import { argsOf } from "../../expr/walk.ts";
import { sameShape, showShape } from "../../shape.ts";
import type { Plan } from "../plan.ts";
import type { RowStage, RowsStep } from "../step.ts";
import { checkCalls, checkExprs, typeOfView } from "./expr.ts";
import type { Refuse } from "./refuse.ts";

/** Checks the shapes and types of a step over rows. Its views were checked before. */
export function checkRows(step: RowsStep, plan: Plan, refuse: Refuse): void {
  const { shape, rowAxes, inputs, stages, results, outputs } = step;
  if (!Number.isInteger(rowAxes) || rowAxes < 1 || rowAxes > shape.length) {
    refuse(`rowAxes must be from 1 to ${shape.length}`, String(rowAxes));
  }
  const kept = shape.slice(0, shape.length - rowAxes);
  for (const [k, view] of inputs.entries()) {
    if (sameShape(view.shape, shape) || sameShape(view.shape, kept)) continue;
    refuse(
      `inputs[${k}] must have shape ${showShape(shape)} or ${showShape(kept)}`,
      showShape(view.shape),
    );
  }
  const types = inputs.map((view) => typeOfView(plan, view));
  const perRow = inputs.map((view) => view.shape.length < shape.length);
  stages.forEach(({ per, op, expr }, s) => {
    const where = (must: string, got: string) => refuse(`stages[${s}]: ${must}`, got);
    checkCalls([expr], types, where);
    if (op !== undefined && per === "element") where("only numbers per row are reduced", op);
    if (expr.type === "bool" && (op === "sum" || op === "prod"))
      where("sums and products must be of numbers", "bool");
    const element = argsOf(expr).find((arg) => arg?.kind === "arg" && !perRow[arg.index]);
    if (per === "row" && op === undefined && element?.kind === "arg")
      where("a number per row must be of such numbers", `argument ${element.index}`);
    types.push(expr.type);
    perRow.push(per === "row");
  });
  const given = results.map((stage) => {
    const found = stages[stage];
    if (found === undefined) refuse(`results must be of ${stages.length} stages`, String(stage));
    return found as RowStage;
  });
  checkExprs(
    plan,
    given.map(({ expr }) => expr),
    types,
    outputs,
    refuse,
  );
  outputs.forEach((view, j) => {
    const wanted = given[j]?.per === "row" ? kept : shape;
    if (sameShape(view.shape, wanted)) return;
    refuse(`outputs[${j}] must have shape ${showShape(wanted)}`, showShape(view.shape));
  });
}
