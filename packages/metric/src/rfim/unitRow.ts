import type { Node } from "@metrigrad/graph";
import type { Activation, RowLaw } from "@metrigrad/nn";

/**
 * The RFIM ν(t) x̃x̃' of one kind of neuron with pre-activation t = w'x̃: the closed form of ν
 * beside the response law that it follows from.
 */
export interface UnitRow {
  readonly name: string;
  /** The activation it is for; it is found by this value. */
  readonly activation: Activation;
  readonly source: string;
  /** p(y | h) with h = natural(t). */
  readonly law: RowLaw;
  readonly natural: (t: Node) => Node;
  /** ν(t), of the shape of t. */
  readonly nu: (t: Node) => Node;
}
