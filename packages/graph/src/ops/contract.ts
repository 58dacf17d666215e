import { type MatmulGroups, ShapeError, showShape, sizeOf } from "@metrigrad/tensor";
import { checkFloats } from "../core/checkElements.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { permuted } from "./transpose.ts";

/**
 * An index for each axis of the operands and of the result of {@link contract}.
 *
 * @category Ops: linear algebra
 */
export interface ContractAttrs {
  /** The indices of the axes of the first operand. */
  readonly a: readonly number[];
  /** The indices of the axes of the second operand. */
  readonly b: readonly number[];
  /** The indices of the axes of the result. */
  readonly out: readonly number[];
}

/** The indices of a contraction by their use. */
interface IndexGroups {
  /** In both operands and in the result. */
  readonly batch: readonly number[];
  /** In the first operand and in the result. */
  readonly rows: readonly number[];
  /** In both operands, not in the result: the product is summed over them. */
  readonly inner: readonly number[];
  /** In the second operand and in the result. */
  readonly columns: readonly number[];
}

/** Divides the indices of a contraction by their use. */
function groupsOf({ a, b, out }: ContractAttrs): IndexGroups {
  return {
    batch: out.filter((one) => a.includes(one) && b.includes(one)),
    rows: out.filter((one) => !b.includes(one)),
    inner: a.filter((one) => !out.includes(one)),
    columns: out.filter((one) => !a.includes(one)),
  };
}

/** Returns the size of each index. */
function sizesOf(inputs: readonly Node[], { a, b }: ContractAttrs): Map<number, number> {
  const sizes = new Map<number, number>();
  [a, b].forEach((indices, at) => {
    const { shape } = inputs[at] as Node;
    indices.forEach((one, axis) => {
      const n = shape[axis] as number;
      if ((sizes.get(one) ?? n) !== n) refuse(inputs, `index ${one} must have one size`);
      sizes.set(one, n);
    });
  });
  return sizes;
}

/** Throws ShapeError with the types and shapes of the operands. */
function refuse(inputs: readonly Node[], must: string): never {
  throw new ShapeError({
    where: "contract",
    must,
    got: inputs.map(({ type, shape }) => `${type} ${showShape(shape)}`).join(" and "),
    todo: "name each axis with an index; axes that are multiplied have the same one",
  });
}

/** Checks the indices and the types of the operands. Throws ShapeError. */
function check(inputs: readonly Node[], { a, b, out }: ContractAttrs): void {
  const distinct = [a, b, out].every((list) => new Set(list).size === list.length);
  if (!distinct) refuse(inputs, "an index may stand once in a list");
  const ranks = [a, b].every((list, at) => list.length === inputs[at]?.shape.length);
  if (!ranks) refuse(inputs, "each axis must have an index");
  checkFloats("contract", ...inputs);
  const both = (one: number) => a.includes(one) && b.includes(one);
  const kept = [...a, ...b].every((one) => both(one) || out.includes(one));
  const known = out.every((one) => a.includes(one) || b.includes(one));
  if (!kept || !known) {
    refuse(inputs, "what is in one operand alone must be in the result, and nothing else");
  }
}

// Each index of an operand is in the other operand or in the result. Therefore each pullback is a
// contraction too.
export const contractOp: Op<ContractAttrs> = {
  name: "contract",
  infer: (inputs, attrs) => {
    check(inputs, attrs);
    const sizes = sizesOf(inputs, attrs);
    return { shape: attrs.out.map((one) => sizes.get(one) as number), type: "float" };
  },
  vjp: ({ inputs, attrs: { a, b, out } }, cotangent, [forA, forB]) => {
    const [x, y] = inputs as [Node, Node];
    return [
      forA ? makeNode(contractOp, [cotangent, y], { a: out, b, out: a }) : null,
      forB ? makeNode(contractOp, [x, cotangent], { a, b: out, out: b }) : null,
    ];
  },
  batch: ({ attrs: { a, b, out } }, inputs, [byA, byB]) => {
    const fresh = Math.max(-1, ...a, ...b) + 1;
    return makeNode(contractOp, inputs, {
      a: byA ? [fresh, ...a] : a,
      b: byB ? [fresh, ...b] : b,
      out: [fresh, ...out],
    });
  },
  // Backends compute a single row or column as a reduction.
  finishes: ({ shape, attrs }) => {
    const { rows, columns } = groupsOf(attrs);
    const size = (indices: readonly number[]) =>
      sizeOf(indices.map((one) => shape[attrs.out.indexOf(one)] as number));
    return size(rows) !== 1 && size(columns) !== 1;
  },
  lower: (node, context) => {
    const { a, b, out } = node.attrs;
    const { batch, rows, inner, columns } = groupsOf(node.attrs);
    const [x, y] = node.inputs.map((input) => context.view(input)) as [
      ReturnType<typeof context.view>,
      ReturnType<typeof context.view>,
    ];
    const along = (indices: readonly number[], wanted: readonly number[]) =>
      wanted.map((one) => indices.indexOf(one));
    const counts: MatmulGroups = {
      rows: rows.length,
      inner: inner.length,
      columns: columns.length,
    };
    const plain = Object.values(counts).every((count) => count === 1);
    context.emit({
      kind: "matmul",
      a: permuted(x, along(a, [...batch, ...rows, ...inner])),
      b: permuted(y, along(b, [...batch, ...inner, ...columns])),
      ...(plain ? {} : { groups: counts }),
      ...context.finished(node, (view) =>
        permuted(view, along(out, [...batch, ...rows, ...columns])),
      ),
    });
  },
};

/**
 * Multiplies two values and sums over the indices that both have and the result lacks: out[…] = Σ
 * a[…]·b[…].
 *
 * The axes may come in any order; nothing is copied to reorder them. {@link einsum} does the same
 * with letters.
 *
 * @param a - The first operand, float.
 * @param b - The second operand, float.
 * @param indices - A number for each axis of a, of b and of the result. Axes with the same number
 *   have the same size. In each list
 * a number stands once. A number that only one operand has must be in the result.
 * @returns The result, with the axes of `indices.out`.
 * @throws {@link ShapeError} if indices or sizes do not fit, or if an operand is not float.
 * @category Ops: linear algebra
 */
export function contract(a: NodeLike, b: NodeLike, indices: ContractAttrs): Node {
  return makeNode(contractOp, [asNode(a), asNode(b)], indices);
}
