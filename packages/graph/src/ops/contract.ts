import { type MatmulGroups, ShapeError, showShape, sizeOf } from "@metrigrad/tensor";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { permuted } from "./transpose.ts";

/** An index for each axis of the operands and of the result. */
export interface ContractAttrs {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly out: readonly number[];
}

/** What the indices of a contraction are for. */
interface IndexGroups {
  readonly batch: readonly number[];
  readonly rows: readonly number[];
  readonly inner: readonly number[];
  readonly columns: readonly number[];
}

function groupsOf({ a, b, out }: ContractAttrs): IndexGroups {
  return {
    batch: out.filter((one) => a.includes(one) && b.includes(one)),
    rows: out.filter((one) => !b.includes(one)),
    inner: a.filter((one) => !out.includes(one)),
    columns: out.filter((one) => !a.includes(one)),
  };
}

/** The size of each index. */
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

function refuse(inputs: readonly Node[], must: string): never {
  throw new ShapeError({
    where: "contract",
    must,
    got: inputs.map(({ type, shape }) => `${type} ${showShape(shape)}`).join(" and "),
    todo: "name each axis with an index; axes that are multiplied have the same one",
  });
}

function check(inputs: readonly Node[], { a, b, out }: ContractAttrs): void {
  const distinct = [a, b, out].every((list) => new Set(list).size === list.length);
  if (!distinct) refuse(inputs, "an index may stand once in a list");
  const ranks = [a, b].every((list, at) => list.length === inputs[at]?.shape.length);
  if (!ranks) refuse(inputs, "each axis must have an index");
  if (inputs.some(({ type }) => type !== "float")) refuse(inputs, "operands must be float");
  const both = (one: number) => a.includes(one) && b.includes(one);
  const kept = [...a, ...b].every((one) => both(one) || out.includes(one));
  const known = out.every((one) => a.includes(one) || b.includes(one));
  if (!kept || !known) {
    refuse(inputs, "what is in one operand alone must be in the result, and nothing else");
  }
}

// Each index of an operand is in the other one or in the result, so a pullback is a contraction again.
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
 * Products summed over the indices that both operands have and the result lacks: out[…] = Σ a[…]·b[…]. Axes may
 * come in any order, and nothing is copied to bring them into another. `einsum` is the door with letters.
 * @param a float, with an index for each axis, none twice
 * @param b the same
 * @param indices the indices of the axes of both and of the result; one of a single operand must be in the result
 * @throws ShapeError where indices or sizes do not fit
 */
export function contract(a: NodeLike, b: NodeLike, indices: ContractAttrs): Node {
  return makeNode(contractOp, [asNode(a), asNode(b)], indices);
}
