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

/**
 * The shape and the element type of a value.
 *
 * @category Graph: own ops
 */
export interface NodeType {
  /** Sizes per axis. */
  readonly shape: Shape;
  /** The element type. */
  readonly type: ValueType;
}

/**
 * A value of the computational graph: an op applied to inputs. A node does not change.
 *
 * Two nodes are the same only if they are one object. When a graph is compiled, equal nodes become one.
 *
 * @category Graph: compile and run
 */
export interface Node<A = unknown> {
  /** A number that grows with each new node. The inputs of a node have smaller ids than the node. */
  readonly id: number;
  /** The op. */
  readonly op: Op<A>;
  /** The inputs of the op. */
  readonly inputs: readonly Node[];
  /** The attributes of the op. */
  readonly attrs: A;
  /** Sizes per axis; `[]` is the shape of a scalar. */
  readonly shape: Shape;
  /** The element type. A `float` becomes f32 or f64 when the graph is compiled. */
  readonly type: ValueType;
  /** The path of the module that made the node, for messages; "" outside of modules. */
  readonly scope: string;
  /** "metric" for nodes that {@link withMetricScope} marked, and for nodes that are derived from them. Null for all others. */
  readonly role: NodeRole;
}

/**
 * An operation: rules for the result's shape, for derivatives, for batches, and for the steps that compute it.
 *
 * `A` is the type of the attributes, plain data that do not change.
 *
 * @category Graph: own ops
 */
export interface Op<A = unknown> {
  /** The name of the op in messages and labels. */
  readonly name: string;
  /**
   * Returns the shape and the type of the result.
   *
   * @param inputs - The inputs.
   * @param attrs - The attributes.
   * @returns The shape and the type.
   * @throws {@link ShapeError} if the inputs do not fit.
   */
  infer(inputs: readonly Node[], attrs: A): NodeType;
  /**
   * Pulls a cotangent back from the result to the inputs. The rule is made of ops, so it can be differentiated again.
   *
   * @param node - The node of this op.
   * @param cotangent - The cotangent of the result, of the result's shape.
   * @param wanted - For each input, whether its cotangent is needed.
   * @returns For each input its cotangent, of the input's shape. Null if it is zero or not needed.
   */
  vjp(node: Node<A>, cotangent: Node, wanted: readonly boolean[]): readonly (Node | null)[];
  /**
   * Applies the op to many cases at once.
   *
   * @param node - The node for one case.
   * @param inputs - The inputs for all cases. Those marked in `batched` have a new leading axis of cases.
   * @param batched - For each input, whether it has the axis of cases. The other inputs are the same for all cases.
   * @param size - The number of cases.
   * @returns The results of all cases, [size, …].
   */
  batch(node: Node<A>, inputs: readonly Node[], batched: readonly boolean[], size: number): Node;
  /**
   * Writes the steps that compute the node, or says which view of its input the node is.
   *
   * @param node - The node of this op.
   * @param context - Gives memory, and takes the steps.
   */
  lower(node: Node<A>, context: LowerContext): void;
  /**
   * Returns the scalar expression of an element-wise op, whose inputs broadcast.
   *
   * The compiler splits such ops into scalar functions and fuses them, so it does not call their `lower`.
   *
   * @param node - The node of this op.
   * @returns The expression. Argument k is input k.
   */
  expr?(node: Node<A>): Expr;
  /**
   * Returns parts of the result's memory in which the inputs may be computed directly.
   *
   * An input that is computed there is in place already, so the lowering does not copy it.
   *
   * @param node - The node of this op.
   * @param output - The memory of the result.
   * @returns For each input a part of `output`, or null if the input cannot be computed in place.
   */
  parts?(node: Node<A>, output: View): readonly (View | null)[];
  /**
   * Returns where the input must be so that the result is at `output`. For ops whose result is a view of their input.
   *
   * @param node - The node of this op.
   * @param output - The wanted place of the result.
   * @returns The place of the input, or null if no view does it.
   */
  passes?(node: Node<A>, output: View): View | null;
  /**
   * Returns which further output of another node this node stands for.
   *
   * @param node - The node of this op.
   * @returns The other node, and the number of its further output.
   */
  claims?(node: Node<A>): { readonly node: Node; readonly index: number };
  /** True if `lower` takes input 0 by `context.fused`: as an expression that is computed on the way. */
  readonly fusesInput?: true;
  /**
   * Returns whether an element-wise loop that reads the result may run as the epilogue of its product.
   *
   * For ops whose `lower` makes one product from the fields that `context.finished` returns.
   *
   * @param node - The node of this op.
   * @returns Whether it may.
   */
  finishes?(node: Node<A>): boolean;
  /**
   * Returns a cheaper node with the same value, shape and type.
   *
   * @param node - The node of this op.
   * @returns The cheaper node, or the node itself if there is none.
   */
  rewrite?(node: Node<A>): Node;
  /**
   * Returns a text that is equal for equal attributes. By default it is their JSON.
   *
   * @param attrs - The attributes.
   * @returns The text, or null if nodes of this op must not be merged.
   */
  key?(attrs: A): string | null;
  /** The common pullback of several nodes. For ops whose nodes are results of one computation, such as a loop. */
  readonly joint?: Joint<A>;
}

/**
 * The common pullback of several results of one computation.
 *
 * @category Graph: own ops
 */
export interface Joint<A> {
  /**
   * Returns a text that is equal for results of the same computation.
   *
   * @param node - A result.
   * @returns The text.
   */
  key(node: Node<A>): string;
  /**
   * Returns whether a result stands for a value inside of the computation when you differentiate with respect to it.
   *
   * @param node - A result.
   * @returns Whether it stands for such a value.
   */
  isInside(node: Node<A>): boolean;
  /**
   * Pulls the cotangents of the results back to the inputs.
   *
   * A node in `inside` stands for a value inside of the computation. Its cotangent comes through everything that reads the value
   * there.
   *
   * @param nodes - The results.
   * @param cotangents - The cotangent of each result; null means zero.
   * @param wanted - For each input, whether its cotangent is needed.
   * @param inside - The values inside whose cotangents are needed.
   * @returns The cotangents of the inputs, and those of the values inside. Null means zero or not needed.
   */
  vjp(
    nodes: readonly Node<A>[],
    cotangents: readonly (Node | null)[],
    wanted: readonly boolean[],
    inside: readonly Node<A>[],
  ): { readonly inputs: readonly (Node | null)[]; readonly inside: readonly (Node | null)[] };
}

/**
 * The attributes of an input: a value that is passed to each run.
 *
 * @category Graph: own ops
 */
export interface InputAttrs extends NodeType {
  /** The name under which the value is passed. */
  readonly name: string;
}

/**
 * The attributes of a constant.
 *
 * @category Graph: own ops
 */
export interface ConstantAttrs {
  /** The value. */
  readonly value: Tensor;
  /** The element type. */
  readonly type: ValueType;
}

/**
 * The tools of an op's `lower` rule: memory, and a place for steps.
 *
 * @category Graph: own ops
 */
export interface LowerContext {
  /**
   * Returns the memory of a node that is computed already.
   *
   * @param node - The node, such as an input.
   * @returns A view of the node's shape.
   */
  view(node: Node): View;
  /**
   * Says that a node is a view of existing memory, such as a part of its input. No step is needed then.
   *
   * @param node - The node.
   * @param view - The view, of the node's shape.
   */
  place(node: Node, view: View): void;
  /**
   * Gives memory for a node's value. You need not call `place` for it.
   *
   * @param node - The node.
   * @returns A view of the node's shape. It need not be contiguous.
   */
  result(node: Node): View;
  /**
   * Gives memory for a value in between. It is kept until the last step that reads it.
   *
   * A float has the type that the node's floats have.
   *
   * @param shape - Sizes per axis.
   * @param type - The element type.
   * @param label - What it holds, for people.
   * @returns A contiguous view.
   */
  scratch(shape: Shape, type: ValueType, label: string): View;
  /**
   * Gives memory for a further output of a node, which a `pick` node claims.
   *
   * @param node - The node.
   * @param index - The number of the further output.
   * @returns A view, or null if nobody wants this output.
   */
  extra(node: Node, index: number): View | null;
  /**
   * Returns a value as an expression that the step can compute on the way.
   *
   * @param node - The node.
   * @returns The expression, and the views that are its arguments. They have the node's shape.
   */
  fused(node: Node): { readonly inputs: readonly View[]; readonly expr: Expr };
  /**
   * Returns the fields of a node's product: its label, its outputs, and its epilogue if an element-wise loop runs with it.
   *
   * @param node - The node.
   * @param arranged - Brings a view of the node's shape into the order of the product's axes. By default the view stays as it is.
   * @returns The fields, for a step of the kind "matmul".
   */
  finished(
    node: Node,
    arranged?: (view: View) => View,
  ): Pick<MatmulStep, "label" | "outputs" | "epilogue">;
  /**
   * Adds a step to the plan.
   *
   * @param step - The step.
   */
  emit(step: Step): void;
  /**
   * Gives the memory of an input of the program.
   *
   * @param attrs - The attributes of the input.
   * @returns A contiguous view.
   */
  feed(attrs: InputAttrs): View;
  /**
   * Gives the memory of a variable.
   *
   * @param node - The node of the variable.
   * @returns A contiguous view.
   */
  variable(node: Node<VariableSpec>): View;
  /**
   * Gives memory that holds a constant.
   *
   * @param attrs - The attributes of the constant.
   * @returns A contiguous view.
   */
  constant(attrs: ConstantAttrs): View;
  /**
   * Returns the text for the label of a step.
   *
   * @param node - The node that the step computes.
   * @returns The name of the op, with the module's path in parentheses.
   */
  label(node: Node): string;
}
