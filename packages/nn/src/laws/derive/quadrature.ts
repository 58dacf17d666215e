import {
  add,
  cholesky,
  clip,
  constant,
  exp,
  expandDims,
  eye,
  greater,
  less,
  log,
  logicalAnd,
  matmul,
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
import { lineRule } from "./rule.ts";

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

/** Supports that quadrature covers. */
export type ContinuousName = keyof typeof coordinates;

/** Of a normal density, 1/p at its mode in standard deviations. */
const widthOfNormal = Math.sqrt(2 * Math.PI);
/** Shares of the probability below e^(−60) do not count; ln p is then not differentiated either. */
const negligible = -60;
/** e^u is finite in float32 up to here. */
const farthest = 80;

/** What is integrated: responses of one number each, with `parameters` columns of h per response. */
export interface QuadratureSpec {
  readonly name: string;
  readonly logProb: LogProb;
  readonly support: ContinuousName;
  readonly parameters: number;
  /** A typical response, [n, 1] for h [n, parameters]. */
  readonly centre: (h: Node) => Node;
}

/** Expectations over one number per response. */
export interface Quadrature {
  /** [n, m, m]. */
  fisher(h: Node): Node;
  /** [n, m], where a response has one parameter. */
  readonly fisherDiagonal: ((h: Node) => Node) | null;
  fisherRoot(h: Node): Node;
  kl(h: Node, other: Node): Node;
}

/**
 * Integrates by a fixed rule around `centre`, as wide as the density there says: 1/p is about 2.5 standard deviations
 * of a bell. A row of h holds m/parameters independent responses, all first parameters first.
 */
export function quadrature(spec: QuadratureSpec): Quadrature {
  const { logProb, parameters } = spec;
  const { valueOf, of, lnSlope } = coordinates[spec.support] as Coordinates;
  const bounded = spec.support !== "real";
  const rule = lineRule();
  const count = rule.nodes.length;
  const constantRow = (values: readonly number[]) => constant(tensor([[...values]]));

  /** Responses [rows·count, 1] for each row of h [rows, parameters], with their shares of the probability. */
  const ensemble = (h: Node) => {
    const rows = h.shape[0] as number;
    const middle = spec.centre(h);
    const centre = of(middle);
    const lnPeak = add(expandDims(logProb(middle, h), 1), lnSlope(centre));
    const scale = mul(exp(mul(lnPeak, -1)), 1 / widthOfNormal);
    // Where the nodes lie does not change the integral.
    const u = stopGradient(add(centre, mul(scale, constantRow(rule.nodes))));
    const near = bounded ? clip(u, -farthest, farthest) : u;
    const responses = reshape(valueOf(near), [rows * count, 1]);
    const copies = repeatRows(h, count);
    const weights = constantRow(rule.weights.map(Math.log));
    const rest = stopGradient(add(lnSlope(near), add(log(scale), weights)));
    const sharesOf = (y: Node) => add(reshape(logProb(y, copies), [rows, count]), rest);
    const first = sharesOf(responses);
    const possible = logicalAnd(greater(first, negligible), less(first, -negligible));
    const inside = bounded ? logicalAnd(possible, within(u)) : possible;
    const flat = reshape(inside, [rows * count, 1]);
    // What is left out stands at the centre, where ln p and its derivatives are finite.
    const y = stopGradient(where(flat, responses, repeatRows(middle, count)));
    const lnShares = sharesOf(y);
    return { y, copies, lnShares, inside };
  };

  /** Rows of one response each: [n, parameters·r] → [n·r, parameters]. */
  const unfolded = (h: Node): Node => {
    const r = responsesOf(spec, h);
    const [n = 0] = h.shape;
    const apart = transpose(reshape(h, [n, parameters, r]));
    return reshape(apart, [n * r, parameters]);
  };
  const information = (single: Node): Node => {
    const rows = single.shape[0] as number;
    const { y, copies, lnShares, inside } = ensemble(single);
    const score = scoresOf(logProb, y, copies);
    const roots = where(inside, exp(mul(lnShares, 0.5)), 0);
    const scaled = mul(reshape(score, [rows, count, parameters]), expandDims(roots, 2));
    return matmul(transpose(scaled), scaled);
  };
  /** Matrices of single responses [n·r, k, k] as those of rows [n, k·r, k·r]. */
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
      const { y, copies, lnShares, inside } = ensemble(from);
      const apart = sub(logProb(y, copies), logProb(y, repeatRows(to, count)));
      const terms = mul(exp(lnShares), reshape(apart, lnShares.shape));
      const each = sum(where(inside, terms, 0), { axis: 1 });
      return sum(reshape(each, [n, responsesOf(spec, h)]), { axis: 1 });
    },
  };
}

function within(u: Node): Node {
  return logicalAnd(greater(u, -farthest), less(u, farthest));
}

/** Responses of a row. Throws ShapeError. */
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
