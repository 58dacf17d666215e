import { isNode, type Node } from "@metrigrad/graph";
import { ShapeError, showShape } from "@metrigrad/tensor";
import type { NodeTree } from "../../core/module.ts";
import { inputParts } from "../inputParts.ts";
import { checkState, type RecurrentUnit, zeroState } from "./unit.ts";

/**
 * The input of a recurrent module or a cell: x, or x with the state before it.
 *
 * @category Models: layers
 */
export type RecurrentInput<S extends NodeTree> = Node | WithState<S>;

/**
 * Values with the state before them.
 *
 * @category Models: layers
 */
export interface WithState<S extends NodeTree> {
  /** A sequence [n, T, inputs] for a module, or values [n, inputs] for a cell. */
  readonly x: Node;
  /** The state before the values; zeros by default. */
  readonly state?: S;
}

/** The shapes that an input must have. */
export interface InputShapes {
  /** The names of the axes of x before its features. */
  readonly axes: "n" | "n, T";
  readonly inputs: number;
  /** The shape of the leaves of a state, without the samples. */
  readonly state: readonly number[];
}

/** Returns the parts of an input. Throws ShapeError and GraphError. */
export function recurrentInput<S extends NodeTree>(
  where: string,
  given: RecurrentInput<S>,
  unit: RecurrentUnit<S>,
  { axes, inputs, state: leaf }: InputShapes,
): { readonly x: Node; readonly state: S } {
  const { x, state } = inputParts<WithState<S>>(where, given, { needed: ["x"], others: ["state"] });
  const rank = axes === "n" ? 2 : 3;
  if (!isNode(x) || x.shape.length !== rank || x.shape.at(-1) !== inputs) {
    throw new ShapeError({
      where,
      must: `its input must be x [${axes}, ${inputs}], or { x, state }`,
      got: isNode(x) ? showShape(x.shape) : "no x",
      todo: "put samples first and features last",
    });
  }
  const shape = [x.shape[0] as number, ...leaf];
  return {
    x,
    state: state === undefined ? zeroState(unit, shape) : checkState(where, unit, state, shape),
  };
}
