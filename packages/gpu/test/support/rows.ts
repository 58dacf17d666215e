import { parseExpr, type ReduceOp, type RowStage, type RowsStep } from "@metrigrad/tensor";
import type { TestPlan } from "./plans.ts";

type Line = readonly [per: RowStage["per"], text: string, op?: ReduceOp];

/** Stages from text; arguments are x, y, r (a number per row), then s0, s1, …. */
function stagesOf(lines: readonly Line[]): RowStage[] {
  const args = ["x", "y", "r", ...lines.map((_, s) => `s${s}`)];
  return lines.map(([per, text, op]) => {
    return { per, expr: parseExpr(text, { args }), ...(op !== undefined && { op }) };
  });
}

const odd = [1, Number.NaN, -2, Number.POSITIVE_INFINITY, 0.5, Number.NEGATIVE_INFINITY];

/** A soft-max and norms of it over the last `rowAxes` axes. */
export function rowsStep(plan: TestPlan, shape: readonly number[], rowAxes: number): RowsStep {
  const kept = shape.slice(0, shape.length - rowAxes);
  // All of them in the first rows; the last ones have numbers only.
  const every = (at: number) => odd[at - 3] ?? 2 * Math.sin(1.3 * at);
  const x = plan.view(shape, "f32", every);
  const y = plan.view(shape, "f32", undefined, [...shape.keys()].reverse());
  const r = plan.view(kept, "f32");
  const stages = stagesOf([
    ["row", "x", "max"],
    ["row", "isFinite(s0) ? s0 : 0"],
    ["element", "exp(x - s1)"],
    ["row", "s2", "sum"],
    ["element", "s2 / (s3 === 0 ? 1 : s3)"],
    ["element", "y * r"],
    ["row", "s4 * s5", "sum"],
    ["row", "s5", "min"],
    ["element", "s4 * (s5 - s6)"],
    ["row", "s7 + s6"],
  ]);
  const outputs = [plan.view(shape), plan.view(kept), plan.view(shape), plan.view(kept)];
  const base = { kind: "rows", label: "", shape, rowAxes } as const;
  return { ...base, inputs: [x, y, r], stages, results: [4, 9, 8, 3], outputs };
}
