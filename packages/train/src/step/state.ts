import { type Node, type Variable, variable } from "@metrigrad/graph";

/** Steps done, an i32 scalar: what a run that goes on goes on from. */
export const stepCounter: Variable = variable("train/step", [], { type: "i32", role: "state" });

/** The number, from 1, of the first step that had a non-finite loss or update, an i32 scalar; else 0. */
export const failedStep: Variable = variable("train/failed", [], { type: "i32", role: "state" });

/** Whether a node is a variable, of this module's or of any other. */
export function isVariable(node: Node): node is Variable {
  return node.op === (stepCounter as Node).op;
}
