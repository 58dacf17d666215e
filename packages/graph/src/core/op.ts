import type {
  Expr,
  MatmulStep,
  Shape,
  Step,
  Tensor,
  ValueType,
  VariableSpec,
  View,
} from "@metrigrad/tensor";
import type { NodeRole } from "./scope.ts";

/** Shape and element type of a result. */
export interface NodeType {
  readonly shape: Shape;
  readonly type: ValueType;
}

/**
 * A value of the computational graph: an op applied to inputs. Immutable; two nodes are the same
 * only as objects (equal ones are merged when a graph is compiled).
 */
export interface Node<A = unknown> {
  /** Grows with creation: inputs have smaller ids than the nodes that use them. */
  readonly id: number;
  readonly op: Op<A>;
  readonly inputs: readonly Node[];
  readonly attrs: A;
  readonly shape: Shape;
  readonly type: ValueType;
  /** Path of the module that made it, for messages. */
  readonly scope: string;
  /** "metric" for what `withMetricScope` marked, and what is derived from that. */
  readonly role: NodeRole;
}

/**
 * An operation: how its result looks, is differentiated, batched and lowered to steps. `A` are
 * its attributes, plain data that do not change.
 */
export interface Op<A = unknown> {
  readonly name: string;
  /** Shape and type of the result. Throws ShapeError. */
  infer(inputs: readonly Node[], attrs: A): NodeType;
  /**
   * Pullback: nodes for the cotangent of each input, given the cotangent of the result (same
   * shape as the result); null where it is zero or `wanted` is false.
   */
  vjp(node: Node<A>, cotangent: Node, wanted: readonly boolean[]): readonly (Node | null)[];
  /**
   * The same op for `size` cases at once: inputs marked in `batched` have a new leading axis of
   * that size, and so has the result.
   */
  batch(node: Node<A>, inputs: readonly Node[], batched: readonly boolean[], size: number): Node;
  /** Emits the steps that compute the node, or states which view of its input it is. */
  lower(node: Node<A>, context: LowerContext): void;
  /**
   * The scalar expression of an element-wise op over its inputs, broadcast. Such ops are taken
   * apart, merged and fused when a graph is compiled, so their `lower` is not called.
   */
  expr?(node: Node<A>): Expr;
  /**
   * Sub-views of the result, one per input, in which the inputs may be computed directly; null
   * where an input may not. The lowering then finds such an input in place and does not copy it.
   */
  parts?(node: Node<A>, output: View): readonly (View | null)[];
  /**
   * For an op that is a view of its input: where the input would have to be for the result to be
   * at `output`; null where no view does it.
   */
  passes?(node: Node<A>, output: View): View | null;
  /** A further output of another node that this node stands for. */
  claims?(node: Node<A>): { readonly node: Node; readonly index: number };
  /** Its lowering takes input 0 by `context.fused`, as an expression computed on the way. */
  readonly fusesInput?: true;
  /**
   * For an op that lowers to one product, whose fields it takes from `context.finished`: whether an element-wise loop
   * that reads the result may run as the product's epilogue.
   */
  finishes?(node: Node<A>): boolean;
  /** A cheaper node of the same value, shape and type; the node itself where there is none. */
  rewrite?(node: Node<A>): Node;
  /** Text that is equal for equal attributes; JSON by default, null: never merge. */
  key?(attrs: A): string | null;
  /** For an op whose nodes are results of something with several: their pullback at once. */
  readonly joint?: Joint<A>;
}

/** The pullback of several results of one computation. */
export interface Joint<A> {
  /** Equal for results of the same computation. */
  key(node: Node<A>): string;
  /** Whether a result stands for a value within the computation where it is differentiated by. */
  isInside(node: Node<A>): boolean;
  /**
   * Cotangents of the inputs, given those of the results, null where there is none. Results in `inside` stand for
   * values within the computation: what is wanted of them are their cotangents through all that reads them there.
   */
  vjp(
    nodes: readonly Node<A>[],
    cotangents: readonly (Node | null)[],
    wanted: readonly boolean[],
    inside: readonly Node<A>[],
  ): { readonly inputs: readonly (Node | null)[]; readonly inside: readonly (Node | null)[] };
}

/** Attributes of an input: a value passed to each run. */
export interface InputAttrs extends NodeType {
  readonly name: string;
}

/** Attributes of a constant: its value. */
export interface ConstantAttrs {
  readonly value: Tensor;
  readonly type: ValueType;
}

/** What an op's `lower` may use: the door for authors of ops. */
export interface LowerContext {
  /** Where an already lowered value lives; of the node's shape. */
  view(node: Node): View;
  /** States that the node is this view (of an input, a variable, …). */
  place(node: Node, view: View): void;
  /** Room for the node's value; `place` is done. The view need not be contiguous. */
  result(node: Node): View;
  /** Scratch that lives until the last step that reads it, with the floats of the node that is lowered. */
  scratch(shape: Shape, type: ValueType, label: string): View;
  /** Room for a further output of a node, claimed by a `pick` node; null where nobody asks. */
  extra(node: Node, index: number): View | null;
  /** A value as an expression over views of its own shape, computed on the way. */
  fused(node: Node): { readonly inputs: readonly View[]; readonly expr: Expr };
  /**
   * The label and outputs of a node's product, and the epilogue where a loop runs with it. `arranged` brings views of the
   * node's shape into the order of the product's axes; as they are by default.
   */
  finished(
    node: Node,
    arranged?: (view: View) => View,
  ): Pick<MatmulStep, "label" | "outputs" | "epilogue">;
  emit(step: Step): void;
  feed(attrs: InputAttrs): View;
  variable(node: Node<VariableSpec>): View;
  constant(attrs: ConstantAttrs): View;
  /** Text for a step's label. */
  label(node: Node): string;
}
