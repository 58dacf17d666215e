import {
  arg,
  call,
  type Expr,
  expand,
  literal,
  type ScalarFn,
  type ScalarType,
  simplify,
  tensor,
} from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import type { Origin } from "../core/scope.ts";
import { broadcastToOp } from "../ops/broadcastTo.ts";
import { constantOp, uniformValue } from "../ops/constant.ts";
import { type PointwiseOp, pointwiseOp } from "../ops/pointwise.ts";
import type { Intern } from "./pool.ts";

/** The origin of constants, which belong to no module. */
const nowhere: Origin = { scope: "", role: null };
const primitives = new WeakMap<ScalarFn, PointwiseOp>();

/** The element-wise op of one scalar function. */
function primitiveOp(fn: ScalarFn): PointwiseOp {
  const known = primitives.get(fn);
  if (known !== undefined) return known;
  const made = pointwiseOp(fn.name, fn.arity, (types) =>
    call(fn, ...types.map((type, index) => arg(index, type))),
  );
  primitives.set(fn, made);
  return made;
}

/** The value that a broadcast repeats. */
function bare(node: Node): Node {
  let inner = node;
  while (inner.op === (broadcastToOp as unknown)) inner = inner.inputs[0] as Node;
  return inner;
}

/**
 * Splits an element-wise expression into nodes of one scalar function each, on the smallest shapes that the arguments allow.
 *
 * Then equal parts of different expressions become one node, such as a value in the forward and in the backward pass. The result
 * may have to be broadcast to the final shape.
 */
export function scalarNodes(
  expr: Expr,
  args: readonly Node[],
  intern: Intern,
  origin: Origin,
): Node {
  const bareArgs = args.map(bare);
  return walk(expand(expr), bareArgs, intern, (fn, inputs) =>
    simplified(fn, inputs, intern, origin),
  );
}

/** The node of a scalar function, simplified with what is known about its inputs. */
function simplified(fn: ScalarFn, inputs: readonly Node[], intern: Intern, origin: Origin): Node {
  const direct = (f: ScalarFn, nodes: readonly Node[]) =>
    intern(primitiveOp(f), nodes, null, origin);
  const distinct: Node[] = [];
  const operands = inputs.map((node): Expr => {
    const value = uniformValue(node);
    const type = node.type as ScalarType;
    if (value !== null) return literal(value, type);
    if (!distinct.includes(node)) distinct.push(node);
    return arg(distinct.indexOf(node), type);
  });
  const before = call(fn, ...operands);
  const after = simplify(before);
  return after === before ? direct(fn, inputs) : walk(after, distinct, intern, direct);
}

/** Makes nodes for an expression, inner calls first and shared calls once. It does not recurse. */
function walk(
  expr: Expr,
  args: readonly Node[],
  intern: Intern,
  apply: (fn: ScalarFn, inputs: readonly Node[]) => Node,
): Node {
  const made = new Map<Expr, Node>();
  const stack: Expr[] = [expr];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    if (made.has(top)) {
      stack.pop();
    } else if (top.kind === "const") {
      const value = tensor(top.value);
      made.set(top, intern(constantOp, [], { value, type: top.type }, nowhere) as Node);
    } else if (top.kind === "arg") {
      made.set(top, args[top.index] as Node);
    } else {
      const missing = top.args.filter((inner) => !made.has(inner));
      stack.push(...missing);
      if (missing.length === 0) {
        const inputs = top.args.map((inner) => made.get(inner) as Node);
        made.set(top, apply(top.fn, inputs));
      }
    }
  }
  return made.get(expr) as Node;
}
