import {
  add,
  broadcastTo,
  cholesky,
  clip,
  concat,
  constant,
  div,
  exp,
  expandDims,
  eye,
  greater,
  less,
  log,
  logicalAnd,
  matmul,
  maximum,
  minimum,
  mul,
  type Node,
  reshape,
  sigmoid,
  softplus,
  sqrt,
  stopGradient,
  sub,
  sum,
  transpose,
  where,
} from "@metrigrad/graph";
import { ShapeError, showShape, tensor } from "@metrigrad/tensor";
import { type LogProb, repeatRows, scoresOf } from "./repeat.ts";
import { lineRule, type RuleNode } from "./rule.ts";

/** Coordinates u in which the support is the real line: y(u), u(y) and ln |dy/du|. */
interface Coordinates {
  readonly valueOf: (u: Node) => Node;
  readonly of: (y: Node) => Node;
  readonly lnSlope: (u: Node) => Node;
}

/** Coordinates by the name of the support. */
const coordinates = {
  real: { valueOf: (u) => u, of: (y) => y, lnSlope: (u) => mul(u, 0) },
  positive: { valueOf: exp, of: log, lnSlope: (u) => u },
  unit: {
    valueOf: sigmoid,
    of: (y) => sub(log(y), log(sub(1, y))),
    lnSlope: (u) => mul(add(softplus(u), softplus(mul(u, -1))), -1),
  },
} as const satisfies Record<string, Coordinates>;

/** The supports that quadrature covers. */
export type ContinuousName = keyof typeof coordinates;

/** For a normal density, 1/p at its mode in standard deviations. */
const widthOfNormal = Math.sqrt(2 * Math.PI);
/** Shares of the probability below e^(−60) do not count, and their ln p is not differentiated. */
const negligible = -60;
/** e^u is finite in float32 up to this u. */
const farthest = 80;

/** The integrand: responses of one number each, with `parameters` columns of h per response. */
export interface QuadratureSpec {
  readonly name: string;
  readonly logProb: LogProb;
  readonly support: ContinuousName;
  readonly parameters: number;
  /** Returns a typical response, [n, 1] for h [n, parameters]. */
  readonly centre: (h: Node) => Node;
}

/** Expectations over one number per response. */
export interface Quadrature {
  /** Returns the Fisher information, [n, m, m]. */
  fisher(h: Node): Node;
  /** Returns the diagonal of the Fisher information, [n, m], if a response has one parameter; else null. */
  readonly fisherDiagonal: ((h: Node) => Node) | null;
  fisherRoot(h: Node): Node;
  kl(h: Node, other: Node): Node;
}

/**
 * Integrates by a fixed rule around `centre`. The density there says the width: 1/p is about 2.5 standard deviations of a
 * bell. A row of h holds m/parameters independent responses, all first parameters first.
 */
export function quadrature(spec: QuadratureSpec): Quadrature {
  const { logProb, parameters } = spec;
  const { valueOf, of, lnSlope } = coordinates[spec.support] as Coordinates;
  const bounded = spec.support !== "real";
  const plain = nodesOf(lineRule());

  /**
   * Returns responses [rows·count, 1] for each row of h [rows, parameters], with their shares of the probability. If there
   * is another response, a panel of the rule ends at its centre.
   */
  const ensemble = (h: Node, other: Node | null = null) => {
    const rows = h.shape[0] as number;
    const middle = spec.centre(h);
    const centre = of(middle);
    const lnPeak = add(expandDims(logProb(middle, h), 1), lnSlope(centre));
    const scale = mul(exp(mul(lnPeak, -1)), 1 / widthOfNormal);
    const kink = other === null ? null : div(sub(of(spec.centre(other)), centre), scale);
    const { z, weights } = kink === null ? plain : splitAt(kink);
    const count = z.shape[1] as number;
    // The places of the nodes do not change the integral.
    const u = stopGradient(add(centre, mul(scale, z)));
    const near = bounded ? clip(u, -farthest, farthest) : u;
    const responses = reshape(valueOf(near), [rows * count, 1]);
    const copies = repeatRows(h, count);
    const rest = stopGradient(add(lnSlope(near), add(log(scale), log(weights))));
    const sharesOf = (y: Node) => add(reshape(logProb(y, copies), [rows, count]), rest);
    const first = sharesOf(responses);
    const possible = logicalAnd(greater(first, negligible), less(first, -negligible));
    const inside = bounded ? logicalAnd(possible, within(u)) : possible;
    const flat = reshape(inside, [rows * count, 1]);
    // Responses that are left out stand at the centre, where ln p and its derivatives are finite.
    const y = stopGradient(where(flat, responses, repeatRows(middle, count)));
    const lnShares = sharesOf(y);
    return { y, copies, lnShares, inside, count };
  };

  /** Returns rows of one response each: [n, parameters·r] → [n·r, parameters]. */
  const unfolded = (h: Node): Node => {
    const r = responsesOf(spec, h);
    const [n = 0] = h.shape;
    const apart = transpose(reshape(h, [n, parameters, r]));
    return reshape(apart, [n * r, parameters]);
  };
  const information = (single: Node): Node => {
    const rows = single.shape[0] as number;
    const { y, copies, lnShares, inside, count } = ensemble(single);
    const score = scoresOf(logProb, y, copies);
    const roots = where(inside, exp(mul(lnShares, 0.5)), 0);
    const scaled = mul(reshape(score, [rows, count, parameters]), expandDims(roots, 2));
    return matmul(transpose(scaled), scaled);
  };
  /** Returns matrices of single responses [n·r, k, k] as matrices of rows [n, k·r, k·r]. */
  const assembled = (matrices: Node, h: Node): Node => {
    const [n = 0, m = 0] = h.shape;
    const r = m / parameters;
    const apart = transpose(reshape(matrices, [n, r, parameters, parameters]), [0, 2, 1, 3]);
    const spread = mul(expandDims(apart, 4), reshape(eye(r), [1, 1, r, 1, r]));
    return reshape(spread, [n, m, m]);
  };
  return {
    fisher: (h) => assembled(information(unfolded(h)), h),
    fisherDiagonal: parameters > 1 ? null : (h) => reshape(information(unfolded(h)), h.shape),
    fisherRoot: (h) => {
      const matrices = information(unfolded(h));
      return assembled(parameters === 1 ? sqrt(matrices) : cholesky(matrices), h);
    },
    kl: (h, other) => {
      const [n = 0] = h.shape;
      const [from, to] = [unfolded(h), unfolded(other)];
      const { y, copies, lnShares, inside, count } = ensemble(from, to);
      const apart = sub(logProb(y, copies), logProb(y, repeatRows(to, count)));
      const terms = mul(exp(lnShares), reshape(apart, lnShares.shape));
      const each = sum(where(inside, terms, 0), { axis: 1 });
      return sum(reshape(each, [n, responsesOf(spec, h)]), { axis: 1 });
    },
  };
}

/** The positions z and their weights, [1, count]. */
interface Nodes {
  readonly z: Node;
  readonly weights: Node;
}

/** Returns the positions and the weights of a rule. */
function nodesOf(rule: readonly RuleNode[]): Nodes {
  const row = (f: (node: RuleNode) => number) => constant(tensor([rule.map(f)]));
  const at = ({ from, to, x }: RuleNode) => from + x * (to - from);
  return {
    z: row((node) => (node.tail === 0 ? at(node) : node.tail * Math.exp(at(node)))),
    weights: row((node) => {
      const weight = node.w * (node.to - node.from);
      return node.tail === 0 ? weight : weight * Math.exp(at(node));
    }),
  };
}

/** Returns the rule with one more end of panels for each row, at z = kink [rows, 1]: [rows, count]. */
function splitAt(kink: Node): Nodes {
  const [rows = 0] = kink.shape;
  const rule = lineRule();
  const near = rule.filter(({ tail }) => tail === 0);
  const far = nodesOf(rule.filter(({ tail }) => tail !== 0));
  const row = (f: (node: RuleNode) => number) => constant(tensor([near.map(f)]));
  const [from, to, x, w] = [row((r) => r.from), row((r) => r.to), row((r) => r.x), row((r) => r.w)];
  const end = minimum(maximum(kink, from), to);
  const all = (node: Node) => broadcastTo(node, [rows, node.shape[1] as number]);
  const [below, above] = [sub(end, from), sub(to, end)];
  return {
    z: concat([add(from, mul(x, below)), add(end, mul(x, above)), all(far.z)], 1),
    weights: concat([mul(w, below), mul(w, above), all(far.weights)], 1),
  };
}

/** Returns whether coordinates are so near to 0 that e^u is finite. */
function within(u: Node): Node {
  return logicalAnd(greater(u, -farthest), less(u, farthest));
}

/** Returns the number of responses of a row. Throws ShapeError. */
function responsesOf({ name, parameters }: QuadratureSpec, h: Node): number {
  const [, m = 0] = h.shape;
  if (h.shape.length === 2 && m > 0 && m % parameters === 0) return m / parameters;
  throw new ShapeError({
    where: `${name}, Fisher information by quadrature`,
    must: `h must be [n, ${parameters === 1 ? "m" : `${parameters}·m`}], ${parameters} columns for each response`,
    got: showShape(h.shape),
    todo: "change the width of the model's output, or say { parameters } in defLaw",
  });
}
