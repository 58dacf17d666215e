import type { Node } from "@metrigrad/graph";
import type { Activation, RowLaw } from "@metrigrad/nn";

/**
 * The metric ν(t) x̃x̃' of one kind of neuron with pre-activation t = w'x̃: the closed form of ν next to the law that
 * it follows from.
 *
 * @category Metrics: tables
 */
export interface UnitRow {
  /** The name, such as "tanh neuron". */
  readonly name: string;
  /** The activation that the row is for. The row is found by this value. */
  readonly activation: Activation;
  /** Where the formula comes from, for {@link explain}. */
  readonly source: string;
  /** The law p(y | h) with h = natural(t). */
  readonly law: RowLaw;
  /** Returns the natural coordinate h of the law from t. */
  readonly natural: (t: Node) => Node;
  /** Returns ν(t), in the shape of t. */
  readonly nu: (t: Node) => Node;
}
