import { arg, call, type Expr, parseFunction, type ScalarFn } from "@metrigrad/tensor";
import { asNodes, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import { type PointwiseOp, pointwiseOp } from "./pointwise.ts";

/** A callable element-wise op; its arguments broadcast. */
export interface Elementwise<Args extends readonly NodeLike[] = readonly NodeLike[]> {
  (...xs: Args): Node;
  readonly op: PointwiseOp;
  /** The expression for float arguments. Throws ShapeError where the op takes no floats. */
  readonly expr: Expr;
}

/** An element-wise op of one value. */
export type Unary = Elementwise<[x: NodeLike]>;

/** An element-wise op of two values. */
export type Binary = Elementwise<[x: NodeLike, y: NodeLike]>;

/** Makes an op callable; `convert` turns its arguments into nodes. */
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

/** The element-wise op of one scalar function. */
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

/** What an element-wise op is made of. */
export interface ElementwiseSpec<Args extends readonly string[]> {
  /** Its name in messages and labels. */
  readonly name: string;
  /** Names of its arguments, in order; by default those of an arrow function, else as they appear. */
  readonly args?: Args;
  /** The formula, in the language of `parseFunction`. */
  readonly f: string;
}

/**
 * Defines an element-wise op from a formula; derivatives of every order, kernels on every backend
 * and the metric of such an activation follow from it. The arguments are floats and broadcast.
 * Throws GraphError where the formula cannot be read.
 */
export function defElementwise<const Args extends readonly string[]>(
  spec: ElementwiseSpec<Args>,
): Elementwise<{ readonly [K in keyof Args]: NodeLike }> {
  const { args, expr } = parseFunction(spec.f, spec.args === undefined ? {} : { args: spec.args });
  return elementwise(pointwiseOp(spec.name, args.length, () => expr));
}

const unaries = new WeakMap<object, Unary>();

/** The element-wise op of one value that made a node, callable; null for a node that another op made. */
export function unaryOf(node: Node): Unary | null {
  if (node.op.expr === undefined || node.inputs.length !== 1) return null;
  const known = unaries.get(node.op);
  if (known !== undefined) return known;
  const made: Unary = elementwise(node.op as PointwiseOp);
  unaries.set(node.op, made);
  return made;
}
