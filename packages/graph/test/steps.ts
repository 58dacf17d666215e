import type { Step } from "@metrigrad/tensor";
import { type Node, planOf } from "../src/index.ts";

/** The steps that compute nodes. */
export function stepsOf(...outputs: readonly Node[]): readonly Step[] {
  return planOf({ outputs, updates: [], float: "f64" }).plan.steps;
}

/** The kinds of the steps that compute nodes, in order. */
export function kindsOf(...outputs: readonly Node[]): string[] {
  return stepsOf(...outputs).map(({ kind }) => kind);
}
