/**
 * A sparse variational Gaussian process that tells two kinds of points apart (Hensman, Matthews and Ghahramani 2015). The
 * distribution q of the values at inducing points follows the natural gradient, and ADAM moves the kernel and the inducing
 * points (Salimbeni, Eleftheriadis and Hensman 2018).
 *
 * Run it: `npx tsx examples/gpclassifier/gpclassifier.ts`
 */
import {
  adam,
  add,
  type Coordinates,
  cdist,
  cholesky,
  constant,
  cpu,
  defModule,
  distribution,
  exp,
  expandDims,
  eye,
  type GaussianStatistics,
  gaussianFamily,
  groups,
  logsigmoid,
  type Module,
  matmul,
  maximum,
  mul,
  type Node,
  naturalGradient,
  normalInit,
  type Optimizer,
  param,
  sqrt,
  squeeze,
  sub,
  sum,
  tensor,
  trainingStep,
  transpose,
  triangularSolve,
  unstack,
  zeros,
} from "metrigrad";
import { meanAndRoot } from "../support/meanAndRoot.ts";
import { isMain, print, type Settings } from "../support/settings.ts";
import { moons } from "./moons.ts";
import { quality, rule } from "./quality.ts";

// #region model
const inducing = 16;
const family = gaussianFamily(inducing);

/** Mean and variance of f at the rows of x for values f(z) = Lv at the inducing points, K(z, z) = LL' and v ~ q. */
export const sparseProcess = defModule({
  name: "sparseProcess",
  options: (q: Values) => ({ q }),
  children: ({ q }) => ({ q }),
  params: { z: param([inducing, 2], normalInit(0.8)), kernel: param([2], zeros) },
  apply: ({ z, kernel }, x: Node, { options, call }) => {
    const [amplitude, scale] = unstack(exp(kernel)) as [Node, Node];
    const covariances = (a: Node, b: Node) =>
      mul(amplitude, exp(mul(mul(cdist(a, b, { squared: true }), scale), -0.5)));
    const root = cholesky(add(covariances(z, z), mul(eye(inducing), 1e-3)));
    const a = transpose(triangularSolve(root, covariances(z, x)));
    const { mean, covariance } = family.toMoments(call(options.q));
    const known = sum(mul(sub(a, matmul(a, covariance)), a), { axis: 1 });
    return { mean: squeeze(matmul(a, expandDims(mean, 1)), 1), variance: sub(amplitude, known) };
  },
});

export async function train({ size, optimizer: way, backend, seed, look }: Settings<Way>) {
  const [rows, data] = [100, moons({ rows: 100, seed })];
  const model = sparseProcess(way.q());
  const store = await backend.store(model, { seed });
  const step = await trainingStep(store, {
    optimizer: way.optimizer,
    feeds: { x: [rows, 2], y: [rows] },
    loss: ({ x, y }, { apply }) => {
      const { mean, variance } = apply(model, x);
      const noise = constant(tensor([rule.points]));
      const spread = mul(sqrt(expandDims(maximum(variance, 1e-6), 1)), noise);
      const scores = logsigmoid(mul(expandDims(y, 1), add(expandDims(mean, 1), spread)));
      const expected = sum(mul(scores, constant(tensor(rule.weights))));
      return sub(family.kl(apply(model.options.q), prior), expected); // −ELBO in nats
    },
  });
  const bounds: number[] = [];
  for (let k = 0; k < Math.round(200 * size); k++) bounds.push((await step.run(data)).loss);
  // #endregion
  const report = { ...(await quality(model, store, seed)), ...boundsAt(bounds) };
  await look?.(store, model);
  await store.close();
  return report;
}

const prior = {
  linear: constant(tensor(new Float64Array(inducing))),
  quadratic: mul(eye(inducing), -0.5),
};

const boundsAt = (bounds: readonly number[]) => ({
  "−ELBO at first": bounds[0] as number,
  "after 20 steps": bounds[20] as number,
  "at the end": bounds.at(-1) as number,
});

type Values = Module<readonly [], Coordinates<GaussianStatistics>>;

/** How q is written, and how all moves. */
interface Way {
  readonly q: () => Values;
  readonly optimizer: Optimizer;
}

export const optimizers: Readonly<Record<"adam" | "rngd", Way>> = {
  adam: { q: () => meanAndRoot(family), optimizer: adam({ learningRate: 0.03 }) },
  rngd: {
    q: () => distribution(family),
    optimizer: groups({
      "q/**": naturalGradient({ learningRate: 0.5 }),
      others: adam({ learningRate: 0.03 }),
    }),
  },
};

if (isMain(import.meta.url)) {
  const backend = await cpu();
  for (const [name, optimizer] of Object.entries(optimizers)) {
    console.log(name === "rngd" ? "natural gradient and adam" : name);
    print(await train({ size: 1, optimizer, backend, seed: 1 }));
  }
  await backend.close();
}
