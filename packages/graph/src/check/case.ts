import {
  isTensor,
  type NestedArray,
  type Shape,
  type Tensor,
  tensor,
  type ValueType,
} from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";

/** A host value: numbers are float, booleans bool, a tensor is of its own type. */
export type CaseValue = NestedArray | Tensor;

/** Values to apply an op to, and what is known of the result. */
export interface OpCase {
  /** What this case shows, for messages. */
  readonly name: string;
  readonly inputs: readonly CaseValue[];
  /** The result, worked out without the engine. */
  readonly value?: CaseValue;
  readonly shape?: Shape;
  readonly type?: ValueType;
  /**
   * ∂(sum of the result)/∂input, null where it is not looked at; for points where finite
   * differences do not apply, such as kinks.
   */
  readonly gradients?: readonly (CaseValue | null)[];
  /** Highest order of derivative that is compared with finite differences; 2 by default. */
  readonly order?: 0 | 1 | 2;
  /** Whether the batch rule is compared with a loop; true by default. */
  readonly batch?: boolean;
  /** Largest error of values in float32, relative to the larger of the value and the unit scale. */
  readonly tolerance?: number;
}

/** Applies an op to nodes. */
export type OpFunction = (...inputs: Node[]) => Node;

/** An op and its cases: a row of the table that both checks run. */
export interface OpRow {
  /** Public name of the op. */
  readonly op: string;
  readonly f: OpFunction;
  readonly cases: readonly OpCase[];
}

/** The tensor of a case's value. */
export function caseTensor(value: CaseValue): Tensor {
  return isTensor(value) ? value : tensor(value);
}
