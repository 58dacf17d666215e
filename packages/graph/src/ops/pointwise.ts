import {
  arg,
  argsOf,
  broadcastShapes,
  call,
  derivative,
  type Expr,
  type ScalarType,
  ShapeError,
  scalarFns,
  simplify,
} from "@metrigrad/tensor";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { alignBatch } from "./align.ts";
import { unbroadcast } from "./broadcastTo.ts";

/** An element-wise op: a scalar expression over its inputs, which broadcast. */
export interface PointwiseOp extends Op<null> {
  readonly arity: number;
  /** The expression for inputs of these types. Throws ShapeError where they do not fit. */
  exprOf(types: readonly ScalarType[]): Expr;
}

/** The scalar type of a node's elements. Throws ShapeError for u8, which only casts and gathers read. */
function scalarType(where: string, node: Node): ScalarType {
  if (node.type !== "u8") return node.type;
  throw new ShapeError({
    where,
    must: "element-wise inputs must be float, i32, u32 or bool",
    got: "u8",
    todo: 'cast(x, "float") first',
  });
}

/** The expression, which reads arguments of these types. Throws ShapeError where it wants others. */
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

/** Makes an element-wise op from a function that builds its expression for given argument types. */
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

  /** The op (inputs…, ȳ) ↦ ȳ·∂f/∂inputs[i]. */
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
    vjp: (node, cotangent, wanted) =>
      node.inputs.map((input, index) => {
        const back = wanted[index] ? pullback(typesOf(node.inputs), index) : null;
        if (back === null) return null;
        return unbroadcast(makeNode(back, [...node.inputs, cotangent], null), input.shape);
      }),
    batch: (node, inputs, batched) =>
      makeNode(op, alignBatch(inputs, batched, node.shape.length), null),
    lower: () => undefined,
  };
  return op;
}
