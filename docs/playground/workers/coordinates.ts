/** Fits N(μ, σ²) to fifty draws by steps in two coordinate systems, by the plain and by the natural gradient. */
import {
  add,
  type Backend,
  chain,
  concat,
  cpu,
  DivergenceError,
  defModule,
  div,
  gaussianWithScale,
  log,
  type Module,
  matmul,
  mul,
  type Node,
  neg,
  type Optimizer,
  param,
  partition,
  precondition,
  type Store,
  scale,
  sgd,
  slice,
  type TrainingStep,
  tensor,
  trainingStep,
  uniformStream,
} from "metrigrad";
import { answerCalls } from "../shell/answer.ts";

/** A point (μ, ln σ). */
type Point = readonly [mu: number, s: number];

/** What the paths begin with. */
export interface Start {
  readonly mu: number;
  readonly sigma: number;
  /** The length γ of a step. */
  readonly gamma: number;
}

/** A path, in (μ, ln σ). */
export interface Path {
  readonly system: "scale" | "precision";
  readonly natural: boolean;
  readonly points: readonly Point[];
  /** Whether it left the half-plane σ > 0, and so ended early. */
  readonly left: boolean;
}

/** The paths, and what they were fitted to. */
export interface Paths {
  readonly paths: readonly Path[];
  /** The mean and the variance of the draws, as both divide by n. */
  readonly mean: number;
  readonly variance: number;
}

export interface CoordinateMethods {
  paths(start: Start): Promise<Paths>;
}

const rows = 50;
const stream = uniformStream({ seed: 1, path: "coordinates" });
const draws = Float64Array.from({ length: rows }, (_, i) => 1 + 1.5 * stream.normal(i));
const y = tensor(draws, { shape: [rows, 1] });

/** A column of ones, with a row for each draw. */
const ones = (y: Node) => add(mul(y, 0), 1);

// One family in two coordinate systems. Both modules put out (μ, ln σ) for every row.
const byScale = defModule({
  name: "byScale",
  params: { theta: param([1, 2], () => [0, 0]) },
  apply: ({ theta }, x) => ({ response: matmul(ones(x), theta) }),
});
const byPrecision = defModule({
  name: "byPrecision",
  params: { theta: param([1, 2], () => [0, 1]) },
  apply: ({ theta }, x) => ({ response: matmul(ones(x), scaleOf(theta)) }),
});

/** (μ, ln σ) of (μ/σ², 1/σ²). */
function scaleOf(theta: Node): Node {
  const precision = slice(theta, [null, [1, 2]]);
  return concat([div(slice(theta, [null, [0, 1]]), precision), mul(log(precision), -0.5)], 1);
}

interface System {
  readonly name: Path["system"];
  readonly make: () => Module;
  /** The coordinates of (μ, ln σ), and back. */
  readonly to: (point: Point) => Point;
  readonly from: (theta: Point) => Point;
}

const systems: readonly System[] = [
  { name: "scale", make: () => byScale() as Module, to: (point) => point, from: (theta) => theta },
  {
    name: "precision",
    make: () => byPrecision() as Module,
    to: ([mu, s]) => [mu * Math.exp(-2 * s), Math.exp(-2 * s)],
    from: ([a, b]) => [a / b, -0.5 * Math.log(b)],
  },
];

/** How far a path goes, as its number of steps times γ. */
const time = { natural: 5, plain: 20 } as const;

/** A damping is needed. This one is nothing beside the metric, whose eigenvalues are 1e-3 and more in the picture. */
function optimizerOf(model: Module, natural: boolean, gamma: number): Optimizer {
  if (!natural) return sgd({ learningRate: gamma });
  const metrics = partition(model, "whole");
  return chain(precondition({ metrics, absolute: 1e-12 }), scale(gamma));
}

/** A model and its step on a store, ready to run from any point. */
async function runnerOf(backend: Backend, system: System, natural: boolean, gamma: number) {
  const model = system.make();
  const store = await backend.store(model, { seed: 1, float: "f64" });
  const step = await trainingStep(store, {
    optimizer: optimizerOf(model, natural, gamma),
    feeds: { y: [rows, 1] },
    loss: (feeds, { apply, observe }) =>
      neg(observe(apply(model, feeds.y), gaussianWithScale(), feeds.y)),
  });
  const steps = Math.round(time[natural ? "natural" : "plain"] / gamma);
  return {
    run: (begin: Point) => path(system, natural, { store, step, steps }, begin),
    close: async () => {
      await step.close();
      await store.close();
    },
  };
}

interface Compiled {
  readonly store: Store;
  readonly step: TrainingStep<{ readonly y: readonly number[] }>;
  readonly steps: number;
}

async function path(
  { name, to, from }: System,
  natural: boolean,
  { store, step, steps }: Compiled,
  begin: Point,
): Promise<Path> {
  const points: Point[] = [begin];
  let left = false;
  try {
    await store.write("theta", tensor([[...to(begin)]]));
    for (let i = 0; i < steps && !left; i++) {
      await step.run({ y });
      const [a = 0, b = 0] = (await store.read("theta")).data();
      const [mu, s] = from([a, b]);
      left = !Number.isFinite(mu) || !Number.isFinite(s);
      if (!left) points.push([mu, s]);
    }
  } catch (error) {
    if (!(error instanceof DivergenceError)) throw error;
    left = true;
  }
  return { system: name, natural, points, left };
}

type Runner = Awaited<ReturnType<typeof runnerOf>>;

const opened = cpu({ threads: 1 });
/** The compiled steps of the last γ. */
let kept: { readonly gamma: number; readonly runners: readonly Runner[] } | null = null;

async function runnersFor(gamma: number): Promise<readonly Runner[]> {
  if (kept?.gamma === gamma) return kept.runners;
  for (const runner of kept?.runners ?? []) await runner.close();
  kept = null;
  const backend = await opened;
  const runners: Runner[] = [];
  for (const natural of [false, true]) {
    for (const system of systems) runners.push(await runnerOf(backend, system, natural, gamma));
  }
  kept = { gamma, runners };
  return runners;
}

answerCalls<CoordinateMethods, Record<never, never>>({
  paths: async ({ mu, sigma, gamma }) => {
    const paths: Path[] = [];
    for (const runner of await runnersFor(gamma))
      paths.push(await runner.run([mu, Math.log(sigma)]));
    const mean = draws.reduce((sum, value) => sum + value, 0) / rows;
    const variance = draws.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows;
    return { paths, mean, variance };
  },
});
