import type { Expr, Shape, Step, ValueType, VariableSpec, View } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import type { ConstantAttrs } from "../ops/constant.ts";
import type { InputAttrs } from "../ops/input.ts";

/** What an op's `lower` may use: the door for authors of ops. */
export interface LowerContext {
  /** Where an already lowered value lives; of the node's shape. */
  view(node: Node): View;
  /** States that the node is this view (of an input, a variable, …). */
  place(node: Node, view: View): void;
  /** Room for the node's value; `place` is done. The view need not be contiguous. */
  result(node: Node): View;
  /** Scratch that lives until the last step that reads it. */
  scratch(shape: Shape, type: ValueType, label: string): View;
  /** Room for a further output of a node, claimed by a `pick` node; null where nobody asks. */
  extra(node: Node, index: number): View | null;
  /** A value as an expression over views of its own shape, computed on the way. */
  fused(node: Node): { readonly inputs: readonly View[]; readonly expr: Expr };
  emit(step: Step): void;
  feed(attrs: InputAttrs): View;
  variable(spec: VariableSpec): View;
  constant(attrs: ConstantAttrs): View;
  /** Text for a step's label. */
  label(node: Node): string;
}
