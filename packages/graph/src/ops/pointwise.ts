import {
  arg,
  argsOf,
  broadcastShapes,
  call,
  derivative,
  type Expr,
  isStoredOnly,
  primitiveFns,
  type ScalarFn,
  type ScalarType,
  ShapeError,
  scalarFns,
  simplify,
} from "@metrigrad/tensor";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { alignBatch } from "./align.ts";
import { unbroadcast } from "./broadcastTo.ts";
import { constant, uniformValue } from "./constant.ts";

/**
 * An element-wise op: a scalar expression of its inputs, which broadcast.
 *
 * @category Graph: own ops
 */
export interface PointwiseOp extends Op<null> {
  /** The number of inputs. */
  readonly arity: number;
  /**
   * Returns the expression for inputs of some types. Throws ShapeError if the op does not take
   * them.
   *
   * @param types - The scalar type of each input.
   * @returns The expression.
   */
  exprOf(types: readonly ScalarType[]): Expr;
}

/**
 * Returns the scalar type of a node's elements. Throws ShapeError for u8 and f16, which
 * only casts and gathers read.
 */
function scalarType(where: string, node: Node): ScalarType {
  const { type } = node;
  if (!isStoredOnly(type)) return type;
  throw new ShapeError({
    where,
    must: "element-wise inputs must be float, i32, u32 or bool",
    got: type,
    todo: 'cast(x, "float") first',
  });
}

/**
 * Returns the expression if it reads arguments of these types. Throws ShapeError if it needs other
 * types.
 */
function checked(where: string, expr: Expr, types: readonly ScalarType[]): Expr {
  argsOf(expr).forEach(({ type }, index) => {
    if (type === types[index]) return;
    throw new ShapeError({
      where,
      must: `argument ${index} must be ${type}`,
      got: String(types[index]),
      todo: "cast it first",
    });
  });
  return expr;
}

/** A cotangent that is 0 where a condition says so, for every value that it has there. */
export interface GuardedNode {
  /** The condition, bool. */
  readonly condition: Node;
  /** What the condition must be for the value to count. */
  readonly holds: boolean;
  /** The value where it counts. */
  readonly value: Node;
}

/** Tells whether an expression chooses between its own arguments, as the op `where` does. */
export function choosesInput(expr: Expr): boolean {
  if (expr.kind !== "call" || expr.fn !== primitiveFns.select) return false;
  return expr.args.every((inner, index) => inner.kind === "arg" && inner.index === index);
}

/** Reads a node as a choice between a value and 0. Returns null if it is not such a choice. */
export function guardOf(node: Node): GuardedNode | null {
  const { expr } = node.op;
  if (expr === undefined || node.inputs.length !== 3 || !choosesInput(expr(node))) return null;
  const [condition, yes, no] = node.inputs as readonly [Node, Node, Node];
  if (uniformValue(no) === 0) return { condition, holds: true, value: yes };
  return uniformValue(yes) === 0 ? { condition, holds: false, value: no } : null;
}

/** Makes the node that is the value where it counts, and 0 elsewhere. */
export function guarded({ condition, holds, value }: GuardedNode): Node {
  const zero = constant(0);
  return makeNode(choice, [condition, ...(holds ? [value, zero] : [zero, value])], null);
}

/**
 * Returns the cotangent of a branch of a choice. On its way back, the value stays apart from its
 * condition. So the branch that is not taken adds 0 even where its derivatives are infinite.
 */
function within(
  outer: GuardedNode | null,
  condition: Node,
  holds: boolean,
  value: Node,
): GuardedNode {
  if (outer === null) return { condition, holds, value };
  const stated = (node: Node, as: boolean) => (as ? node : makeNode(negation, [node], null));
  const both = [stated(outer.condition, outer.holds), stated(condition, holds)];
  return { condition: makeNode(conjunction, both, null), holds: true, value: outer.value };
}

/** Makes the op of a primitive scalar function. */
const primitive = (name: string, fn: ScalarFn) =>
  pointwiseOp(name, fn.arity, (types) => call(fn, ...types.map((type, i) => arg(i, type))));
const choice = primitive("where", primitiveFns.select);
const conjunction = primitive("logicalAnd", primitiveFns.and);
const negation = primitive("logicalNot", primitiveFns.not);

/** Makes an element-wise op from a function that builds its expression for some argument types. */
export function pointwiseOp(
  name: string,
  arity: number,
  build: (types: readonly ScalarType[]) => Expr,
): PointwiseOp {
  const exprs = new Map<string, Expr>();
  const pullbacks = new Map<string, PointwiseOp | null>();
  const exprOf = (types: readonly ScalarType[]) => {
    const key = types.join();
    const known = exprs.get(key) ?? checked(name, simplify(build(types)), types);
    exprs.set(key, known);
    return known;
  };
  const typesOf = (inputs: readonly Node[]) => inputs.map((input) => scalarType(name, input));

  /** The op (inputs…, ȳ) ↦ ȳ·∂f/∂inputs[index]. */
  const pullback = (types: readonly ScalarType[], index: number): PointwiseOp | null => {
    const key = `${index}:${types.join()}`;
    const known = pullbacks.get(key);
    if (known !== undefined) return known;
    const slope = derivative(exprOf(types), index);
    const made =
      slope === null
        ? null
        : pointwiseOp(`${name}'${index}`, arity + 1, () =>
            call(scalarFns.mul as never, arg(arity), slope),
          );
    pullbacks.set(key, made);
    return made;
  };

  const op: PointwiseOp = {
    name,
    arity,
    exprOf,
    infer: (inputs) => {
      if (inputs.length !== arity) {
        throw new ShapeError({
          where: name,
          must: `it must have ${arity} input(s)`,
          got: String(inputs.length),
          todo: "pass as many values as the expression has arguments",
        });
      }
      const shape = broadcastShapes(name, ...inputs.map((input) => input.shape));
      return { shape, type: exprOf(typesOf(inputs)).type };
    },
    expr: (node) => exprOf(typesOf(node.inputs)),
    vjp: (node, cotangent, wanted) => {
      const types = typesOf(node.inputs);
      const guard = guardOf(cotangent);
      const isSelect = choosesInput(exprOf(types));
      return node.inputs.map((input, index) => {
        if (!wanted[index]) return null;
        if (isSelect && index > 0) {
          const chosen = within(guard, node.inputs[0] as Node, index === 1, cotangent);
          return unbroadcast(guarded(chosen), input.shape);
        }
        const back = pullback(types, index);
        if (back === null) return null;
        const value = makeNode(back, [...node.inputs, guard?.value ?? cotangent], null);
        return unbroadcast(guard === null ? value : guarded({ ...guard, value }), input.shape);
      });
    },
    batch: (node, inputs, batched) =>
      makeNode(op, alignBatch(inputs, batched, node.shape.length), null),
    lower: () => undefined,
  };
  return op;
}
