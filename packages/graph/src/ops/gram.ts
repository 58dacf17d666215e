import { broadcastShapes, ShapeError, sameShape, showShape } from "@metrigrad/tensor";
import { broadcastView } from "../compile/views.ts";
import { checkFloats } from "../core/checkElements.ts";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { alignBatch } from "./align.ts";
import { add, mul } from "./arithmetic.ts";
import { sum, unbroadcast } from "./broadcastTo.ts";
import { expandDims } from "./expandDims.ts";
import { matmul } from "./matmul.ts";
import { transpose } from "./transpose.ts";

/** Attributes of a Gram matrix: its factors, and which operands follow x. */
interface GramAttrs {
  /** The factor of the sum. */
  readonly alpha: number;
  /** The factor of the base. */
  readonly beta: number;
  /** Whether there are row weights. */
  readonly weighted: boolean;
  /** Whether there is a base. */
  readonly based: boolean;
}

/** Returns the operands by name. */
function operands<T>(list: readonly T[], attrs: GramAttrs): { x: T; nu: T | null; base: T | null } {
  const nu = attrs.weighted ? (list[1] as T) : null;
  return { x: list[0] as T, nu, base: attrs.based ? (list.at(-1) as T) : null };
}

/** Checks the operands and returns the shape of the result. Throws ShapeError. */
function check(x: Node, nu: Node | null, base: Node | null): number[] {
  const [n = -1, d = -1] = x.shape.slice(-2);
  const fits =
    x.shape.length >= 2 &&
    (nu === null || nu.shape.at(-1) === n) &&
    (base === null || sameShape(base.shape.slice(-2), [d, d]));
  checkFloats("gram", x, nu, base);
  if (!fits) {
    const all = [x, nu, base].filter((node) => node !== null);
    throw new ShapeError({
      where: "gram",
      must: "x must be [b…, n, d], nu [b…, n] and base [b…, d, d]",
      got: all.map(({ shape }) => showShape(shape)).join(" and "),
      todo: "reshape or transpose an operand",
    });
  }
  const leads = [x.shape.slice(0, -2)];
  if (nu !== null) leads.push(nu.shape.slice(0, -1));
  if (base !== null) leads.push(base.shape.slice(0, -2));
  return [...broadcastShapes("gram, batch axes", ...leads), d, d];
}

// With S = Ḡ + Ḡ', the cotangents are x̄ᵢ = α νᵢ S xᵢ, ν̄ᵢ = ½ α xᵢ'S xᵢ, and β Ḡ for the base.
export const gramOp: Op<GramAttrs> = {
  name: "gram",
  infer: (inputs, attrs) => {
    const { x, nu, base } = operands(inputs, attrs);
    return { shape: check(x, nu, base), type: "float" };
  },
  vjp: (node, cotangent, wanted) => {
    const { alpha, beta } = node.attrs;
    const { x, nu, base } = operands(node.inputs, node.attrs);
    const want = operands(wanted, node.attrs);
    const sx = matmul(x, add(cotangent, transpose(cotangent)));
    const weight = nu === null ? alpha : mul(expandDims(nu, -1), alpha);
    const parts: (Node | null)[] = [want.x ? unbroadcast(mul(sx, weight), x.shape) : null];
    if (nu !== null) {
      const quadratic = mul(sum(mul(sx, x), { axis: -1 }), 0.5 * alpha);
      parts.push(want.nu ? unbroadcast(quadratic, nu.shape) : null);
    }
    if (base !== null) parts.push(want.base ? unbroadcast(mul(cotangent, beta), base.shape) : null);
    return parts;
  },
  batch: (node, inputs, batched) => {
    const rank = node.shape.length;
    const aligned = operands(alignBatch(inputs, batched, rank), node.attrs);
    const { nu } = operands(inputs, node.attrs);
    const [weights] = nu === null ? [] : alignBatch([nu], [batched[1] === true], rank - 1);
    return gramNode(aligned.x, weights ?? null, aligned.base, node.attrs);
  },
  lower: (node, context) => {
    const { x, nu, base } = operands(node.inputs, node.attrs);
    const lead = node.shape.slice(0, -2);
    const view = (operand: Node, own: number) =>
      broadcastView(context.view(operand), [...lead, ...operand.shape.slice(-own)]);
    context.emit({
      kind: "gram",
      label: context.label(node),
      x: view(x, 2),
      nu: nu === null ? null : view(nu, 1),
      base: base === null ? null : view(base, 2),
      alpha: node.attrs.alpha,
      beta: node.attrs.beta,
      output: context.result(node),
    });
  },
};

/** Makes the node of a Gram matrix. */
function gramNode(
  x: Node,
  nu: Node | null,
  base: Node | null,
  { alpha, beta }: { readonly alpha: number; readonly beta: number },
): Node {
  const attrs = { alpha, beta, weighted: nu !== null, based: base !== null };
  const inputs = [x, nu, base].filter((node) => node !== null);
  return makeNode(gramOp, inputs, attrs);
}

/**
 * Options of {@link gram}.
 *
 * @category Ops: linear algebra
 */
export interface GramOptions {
  /** The row weights ν, float, [b…, n]; 1 by default. */
  readonly nu?: NodeLike;
  /** A symmetric matrix to add, float, [b…, d, d]; none by default. */
  readonly base?: NodeLike;
  /** The factor α of the sum; 1 by default. */
  readonly alpha?: number;
  /** The factor β of the base; 1 by default. */
  readonly beta?: number;
}

/**
 * Computes a weighted sum of outer products: G = α Σᵢ νᵢ xᵢxᵢ' + β·base.
 *
 * xᵢ are the rows of x. Batch axes broadcast. The derivative by the base is taken among symmetric
 * matrices.
 *
 * @param x - The rows, float, [b…, n, d].
 * @param options - The row weights ν, the base, and the factors α and β.
 * @returns The symmetric matrices, [b…, d, d].
 * @throws {@link ShapeError} if sizes do not fit, or if a value is not float.
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: linear algebra
 */
export function gram(x: NodeLike, options: GramOptions = {}): Node {
  checkOptions("gram", options, ["nu", "base", "alpha", "beta"]);
  const { nu, base, alpha = 1, beta = 1 } = options;
  const optional = (value: NodeLike | undefined) => (value === undefined ? null : asNode(value));
  return gramNode(asNode(x), optional(nu), optional(base), { alpha, beta });
}
