import {
  add,
  boundaryPoints,
  concat,
  cos,
  dense,
  derivatives,
  exp,
  type Field,
  fill,
  gridPoints,
  laplacian,
  type Module,
  mul,
  type Node,
  type PointSampler,
  type Problem,
  prod,
  responses,
  sequential,
  sin,
  slice,
  sub,
  sum,
  tanh,
  uniformPoints,
} from "metrigrad";

/**
 * A differential equation with its solution. Equations, networks and numbers of points are those of Dangel, Müller and
 * Zeinhofer 2024 (arXiv 2405.15603), so are the weights of the parts: all 1.
 */
export interface PdeProblem {
  readonly name: string;
  /** What it is, in a sentence. */
  readonly title: string;
  /** Seconds of a run by the clock. */
  readonly seconds: number;
  /** Seconds of a trial that tunes. */
  readonly tuning: number;
  readonly model: () => Module;
  readonly problem: Problem;
  readonly exact: Field;
  /** Where u is compared with the solution. */
  readonly test: PointSampler;
}

const net = (inputs: number) => () =>
  sequential(dense(inputs, 64, { activation: tanh }), dense(64, 1));

const boxOf = (d: number) => ({ low: Array(d).fill(0), high: Array(d).fill(1) });

const column = (x: Node, at: number) => slice(x, [null, [at, at + 1]]);

/** sin πx sin πy. */
const bump: Field = (x) => prod(sin(mul(Math.PI, x)), { axis: 1, keepDims: true });

const diffusivity = 1 / 4;

/** exp(−κπ²t) sin πx at points (t, x). */
const cooling: Field = (x) => {
  const decay = exp(mul(-diffusivity * Math.PI ** 2, column(x, 0)));
  return mul(decay, sin(mul(Math.PI, column(x, 1))));
};

/** Σ cos πxᵢ. */
const cosines: Field = (x) => sum(cos(mul(Math.PI, x)), { axis: 1, keepDims: true });

/** The problems of docs/experiment-pde.md. Points are drawn once, by the seed of a run. */
export const problems: readonly PdeProblem[] = [
  {
    name: "poisson2d",
    title:
      "−Δu = 2π² sin πx sin πy in the unit square, u = 0 on its boundary. 900 points inside and 120 on the boundary; 2-64-1 with tanh, 257 parameters",
    seconds: 30,
    tuning: 10,
    model: net(2),
    problem: responses({
      interior: {
        at: uniformPoints(900, boxOf(2)),
        of: (u, x) => add(laplacian(u, x), mul(2 * Math.PI ** 2, bump(x))),
      },
      boundary: { at: boundaryPoints(120, boxOf(2)), of: (u, x) => u(x) },
    }),
    exact: bump,
    test: gridPoints([51, 51], boxOf(2)),
  },
  {
    name: "heat",
    title:
      "∂u/∂t = ¼ ∂²u/∂x² for t and x in [0, 1], u = sin πx at t = 0, u = 0 at x = 0 and 1. 900 points inside and 120 at the start and the two ends; 2-64-1 with tanh, 257 parameters",
    seconds: 30,
    tuning: 10,
    model: net(2),
    problem: responses({
      interior: {
        at: uniformPoints(900, boxOf(2)),
        of: (u, x) => {
          const { partial } = derivatives(u, x);
          return sub(partial(0), mul(diffusivity, partial(1, 1)));
        },
      },
      // 40 points on each of three sides, which together weigh as 120 on one boundary.
      start: {
        at: uniformPoints(40, boxOf(1)),
        of: (u, x) => {
          const begin = concat([fill(x.shape, 0), x], 1);
          return sub(u(begin), cooling(begin));
        },
        weight: 1 / 3,
      },
      ends: {
        at: uniformPoints(40, boxOf(1)),
        of: (u, t) =>
          concat(
            [0, 1].map((end) => u(concat([t, fill(t.shape, end)], 1))),
            1,
          ),
        weight: 1 / 3,
      },
    }),
    exact: cooling,
    test: gridPoints([51, 51], boxOf(2)),
  },
  {
    name: "poisson5d",
    title:
      "−Δu = π² Σ cos πxᵢ in [0, 1]⁵, u = Σ cos πxᵢ on its boundary. 3,000 points inside and 500 on the boundary; 5-64-1 with tanh, 449 parameters",
    seconds: 60,
    tuning: 20,
    model: net(5),
    problem: responses({
      interior: {
        at: uniformPoints(3000, boxOf(5)),
        of: (u, x) => add(laplacian(u, x), mul(Math.PI ** 2, cosines(x))),
      },
      boundary: { at: boundaryPoints(500, boxOf(5)), of: (u, x) => sub(u(x), cosines(x)) },
    }),
    exact: cosines,
    test: uniformPoints(10_000, boxOf(5)),
  },
];
