import { arg, call, literal, primitiveFns, ShapeError, showShape } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import { iota } from "./iota.ts";
import { type PointwiseOp, pointwiseOp } from "./pointwise.ts";
import { reshape } from "./reshape.ts";

/** (x, i, j) ↦ x below the diagonal, `weight`·x on it and 0 above it. */
function lowerOp(name: string, weight: number): PointwiseOp {
  return pointwiseOp(name, 3, () => {
    const { gt, mul, eq, select } = primitiveFns;
    const [x, row, column] = [arg(0), arg(1, "i32"), arg(2, "i32")] as const;
    const on = weight === 1 ? x : call(mul, literal(weight), x);
    const above = call(select, call(eq, row, column), on, literal(0));
    return call(select, call(gt, row, column), x, above);
  });
}

const trilOp = lowerOp("tril", 1);
const halvedOp = lowerOp("tril, diagonal halved", 0.5);

function masked(op: PointwiseOp, value: NodeLike): Node {
  const x = asNode(value);
  const [rows, columns] = x.shape.slice(-2);
  if (x.shape.length < 2 || x.type !== "float") {
    throw new ShapeError({
      where: op.name,
      must: "the operand must be float matrices [b…, m, n]",
      got: `${x.type} ${showShape(x.shape)}`,
      todo: "reshape or cast it",
    });
  }
  const row = reshape(iota(rows as number), [rows as number, 1]);
  return makeNode(op, [x, row, iota(columns as number)], null);
}

/** Matrices [b…, m, n] with zeros above the diagonal. Throws ShapeError. */
export function tril(x: NodeLike): Node {
  return masked(trilOp, x);
}

/** Φ(X): zeros above the diagonal, the diagonal halved; then Φ(X) + Φ(X)' = X for symmetric X. */
export function halvedTril(x: NodeLike): Node {
  return masked(halvedOp, x);
}
