import {
  isTensor,
  type NestedArray,
  type Shape,
  type Tensor,
  tensor,
  type ValueType,
} from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";

/**
 * A host value. Numbers are float, booleans are bool, and a tensor has its own type.
 *
 * @category Checks
 */
export type CaseValue = NestedArray | Tensor;

/**
 * Values to apply an op to, and what is known of the result; see {@link checkOp}.
 *
 * @category Checks
 */
export interface OpCase {
  /** What this case shows, for messages. */
  readonly name: string;
  /** The values of the op's inputs, in order. */
  readonly inputs: readonly CaseValue[];
  /** The result, computed without the engine. Without it, the value is not compared. */
  readonly value?: CaseValue;
  /** The shape of the result. Without it, the shape is compared with the one that the op states. */
  readonly shape?: Shape;
  /**
   * The element type of the result. Without it, the type is compared with the one that the op
   * states.
   */
  readonly type?: ValueType;
  /**
   * The derivatives of the sum of the result by each input; null for an input that is not compared.
   * They are for points where finite differences do not work, such as kinks.
   */
  readonly gradients?: readonly (CaseValue | null)[];
  /**
   * The highest order of the derivatives that are compared with finite differences; 2 by default.
   */
  readonly order?: 0 | 1 | 2;
  /** Whether the batch rule is compared with a loop; true by default. */
  readonly batch?: boolean;
  /**
   * The largest error of values in float32, for {@link checkBackend}. It is relative to the larger
   * of the value and the unit scale. By default it is the `tolerance` of the check.
   */
  readonly tolerance?: number;
}

/**
 * A function that applies an op to nodes.
 *
 * @category Checks
 */
export type OpFunction = (...inputs: Node[]) => Node;

/**
 * An op and its cases: a row of the table that {@link checkBackend} runs.
 *
 * @category Checks
 */
export interface OpRow {
  /** The public name of the op. */
  readonly op: string;
  /** The function that applies the op. */
  readonly f: OpFunction;
  /** The values to apply the op to. */
  readonly cases: readonly OpCase[];
}

/** Returns the tensor of a case's value. */
export function caseTensor(value: CaseValue): Tensor {
  return isTensor(value) ? value : tensor(value);
}
