import { arg, call, type Expr, parseFunction, type ScalarFn } from "@metrigrad/tensor";
import { asNodes, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import { type PointwiseOp, pointwiseOp } from "./pointwise.ts";

/**
 * An element-wise op that can be called. Its arguments are nodes, tensors, numbers or nested
 * arrays; they broadcast.
 *
 * @category Graph: own ops
 */
export interface Elementwise<Args extends readonly NodeLike[] = readonly NodeLike[]> {
  /**
   * Applies the op to each element.
   *
   * @param xs - The arguments, in their order. Their shapes broadcast.
   * @returns The result, of the broadcast shape.
   * @throws {@link ShapeError} if the shapes do not broadcast, or if the op does not take the
   *   types.
   * @throws {@link GraphError} if an argument is undefined or null.
   */
  (...xs: Args): Node;
  /** The op of the nodes that the function makes. */
  readonly op: PointwiseOp;
  /**
   * The scalar expression of the op for float arguments. Reading it throws ShapeError if the op
   * does not take floats.
   */
  readonly expr: Expr;
}

/**
 * An element-wise op of one value.
 *
 * @category Graph: own ops
 */
export type Unary = Elementwise<[x: NodeLike]>;

/**
 * An element-wise op of two values.
 *
 * @category Graph: own ops
 */
export type Binary = Elementwise<[x: NodeLike, y: NodeLike]>;

/** Makes an op callable. `convert` turns its arguments into nodes. */
export function elementwise<Args extends readonly NodeLike[]>(
  op: PointwiseOp,
  convert: (xs: readonly NodeLike[]) => readonly Node[] = asNodes,
): Elementwise<Args> {
  const apply = (...xs: Args): Node => makeNode(op, convert(xs), null);
  Object.defineProperty(apply, "name", { value: op.name });
  Object.defineProperty(apply, "op", { value: op, enumerable: true });
  const floats = new Array<"float">(op.arity).fill("float");
  Object.defineProperty(apply, "expr", { get: () => op.exprOf(floats), enumerable: true });
  return Object.freeze(apply) as Elementwise<Args>;
}

/** Makes the element-wise op of one scalar function. */
export function fromScalar<Args extends readonly NodeLike[]>(
  fn: ScalarFn,
  name: string = fn.name,
): Elementwise<Args> {
  return elementwise(
    pointwiseOp(name, fn.arity, (types) =>
      call(fn, ...types.map((type, index) => arg(index, type))),
    ),
  );
}

/**
 * The parts of an element-wise op; see {@link defElementwise}.
 *
 * @category Graph: own ops
 */
export interface ElementwiseSpec<Args extends readonly string[]> {
  /** The name of the op in messages and labels. */
  readonly name: string;
  /**
   * The names of the arguments, in order. By default they are the parameters of an arrow function,
   * or else the names in the order in which they appear.
   */
  readonly args?: Args;
  /** The formula, in the language of `parseFunction`. */
  readonly f: string;
}

/**
 * Defines an element-wise op by a formula.
 *
 * The engine derives the rest from the formula: derivatives of every order, the kernels on every
 * backend, and the metric of such an activation. The arguments of the op are floats and broadcast.
 *
 * {@includeCode ../../../../examples/api/graph/defElementwise.ts#example}
 *
 * @param spec - The name, the formula, and the names of its arguments.
 * @returns The op, a function of as many values as the formula has arguments.
 * @throws {@link GraphError} if the formula cannot be read.
 * @category Graph: own ops
 */
export function defElementwise<const Args extends readonly string[]>(
  spec: ElementwiseSpec<Args>,
): Elementwise<{ readonly [K in keyof Args]: NodeLike }> {
  const { args, expr } = parseFunction(spec.f, spec.args === undefined ? {} : { args: spec.args });
  return elementwise(pointwiseOp(spec.name, args.length, () => expr));
}

/** The callable of each op that {@link unaryOf} was asked for. */
const unaries = new WeakMap<object, Unary>();

/**
 * Returns the element-wise op of one value that made a node.
 *
 * @param node - The node.
 * @returns The op as a function, or null if another kind of op made the node.
 * @nothrow
 * @category Graph: own ops
 */
export function unaryOf(node: Node): Unary | null {
  if (node.op.expr === undefined || node.inputs.length !== 1) return null;
  const known = unaries.get(node.op);
  if (known !== undefined) return known;
  const made: Unary = elementwise(node.op as PointwiseOp);
  unaries.set(node.op, made);
  return made;
}
