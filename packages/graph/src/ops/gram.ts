import { broadcastShapes, ShapeError, sameShape, showShape } from "@metrigrad/tensor";
import { broadcastView } from "../compile/views.ts";
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

/** Attributes of a gram: its factors, and which operands follow x. */
interface GramAttrs {
  readonly alpha: number;
  readonly beta: number;
  readonly weighted: boolean;
  readonly based: boolean;
}

/** The operands by name. */
function operands<T>(list: readonly T[], attrs: GramAttrs): { x: T; nu: T | null; base: T | null } {
  const nu = attrs.weighted ? (list[1] as T) : null;
  return { x: list[0] as T, nu, base: attrs.based ? (list.at(-1) as T) : null };
}

function check(x: Node, nu: Node | null, base: Node | null): number[] {
  const [n = -1, d = -1] = x.shape.slice(-2);
  const fits =
    x.shape.length >= 2 &&
    (nu === null || nu.shape.at(-1) === n) &&
    (base === null || sameShape(base.shape.slice(-2), [d, d]));
  const all = [x, nu, base].filter((node) => node !== null);
  if (!fits || all.some(({ type }) => type !== "float")) {
    throw new ShapeError({
      where: "gram",
      must: "x must be float [b…, n, d], nu [b…, n] and base [b…, d, d]",
      got: all.map(({ shape, type }) => `${type} ${showShape(shape)}`).join(" and "),
      todo: "reshape or transpose an operand",
    });
  }
  const leads = [x.shape.slice(0, -2)];
  if (nu !== null) leads.push(nu.shape.slice(0, -1));
  if (base !== null) leads.push(base.shape.slice(0, -2));
  return [...broadcastShapes("gram, batch axes", ...leads), d, d];
}

// With S = Ḡ + Ḡ': x̄ᵢ = α νᵢ S xᵢ, ν̄ᵢ = ½ α xᵢ'S xᵢ, and base gets β Ḡ.
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

/** Weights, base and factors of a gram. */
export interface GramOptions {
  /** Weights ν of the rows, [b…, n]; ones by default. */
  readonly nu?: NodeLike;
  /** A symmetric matrix to add, [b…, d, d]. */
  readonly base?: NodeLike;
  /** 1 by default. */
  readonly alpha?: number;
  /** 1 by default. */
  readonly beta?: number;
}

/**
 * Weighted sum of outer products, out[b…] = α Σᵢ ν[b…, i] x[b…, i, :] x[b…, i, :]' + β base[b…],
 * symmetric [b…, d, d], of x [b…, n, d]; batch axes broadcast. The derivative by `base` is that
 * among symmetric matrices. Throws ShapeError.
 */
export function gram(x: NodeLike, options: GramOptions = {}): Node {
  checkOptions("gram", options, ["nu", "base", "alpha", "beta"]);
  const { nu, base, alpha = 1, beta = 1 } = options;
  const optional = (value: NodeLike | undefined) => (value === undefined ? null : asNode(value));
  return gramNode(asNode(x), optional(nu), optional(base), { alpha, beta });
}
