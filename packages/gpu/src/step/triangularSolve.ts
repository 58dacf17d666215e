import { sizeOf, type TriangularSolveStep } from "@metrigrad/tensor";
import type { Lower } from "./lower.ts";
import { solveColumn } from "./solveColumn.ts";
import { solveColumns } from "./solveColumns.ts";

/** The number of right-hand sides up to which each has workgroups of its own: they read the triangle once each. */
const fewColumns = 8;

/** Lowers a solve by the number of its right-hand sides. */
export const triangularSolve: Lower<TriangularSolveStep> = (step, memory) => {
  if (sizeOf(step.rhs.shape) === 0) return [];
  const columns = step.rhs.shape.at(-1) as number;
  return columns <= fewColumns ? solveColumn(step, memory) : solveColumns(step, memory);
};
