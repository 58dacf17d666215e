/**
 * Bayesian linear regression by variational inference. The model is conjugate, so one natural gradient step with γ = 1
 * is the exact posterior, and the negative ELBO becomes −ln p(y). ADAM on the mean and a factor of the covariance gets there in
 * about a hundred steps.
 *
 * Run it: `npx tsx examples/conjugate/conjugate.ts`
 */
import {
  adam,
  add,
  type Coordinates,
  cpu,
  distribution,
  expandDims,
  eye,
  type GaussianStatistics,
  gaussianFamily,
  type Module,
  matmul,
  mul,
  type Node,
  naturalGradient,
  type Optimizer,
  square,
  squeeze,
  sub,
  sum,
  trainingStep,
} from "metrigrad";
import { meanAndRoot } from "../support/meanAndRoot.ts";
import { isMain, print, type Settings } from "../support/settings.ts";
import { curve, evidence } from "./curve.ts";

// #region model
const [features, variance] = [8, 0.04];
export const family = gaussianFamily(features);

/** −ELBO in nats: KL(q ‖ N(0, I)) − E ln N(y | Xw, σ²I) for weights w ~ q. */
export function negativeElbo(q: Coordinates<GaussianStatistics>, x: Node, y: Node): Node {
  const { mean, covariance } = family.toMoments(q);
  const prior = { linear: mul(q.linear, 0), quadratic: mul(eye(features), -0.5) };
  const misses = square(sub(y, squeeze(matmul(x, expandDims(mean, 1)), 1)));
  const spread = sum(mul(matmul(x, covariance), x), { axis: 1 });
  const fit = mul(add(misses, spread), 0.5 / variance);
  return add(sum(add(fit, 0.5 * Math.log(2 * Math.PI * variance))), family.kl(q, prior));
}

export async function train({ size, optimizer: way, backend, seed, look }: Settings<Way>) {
  const data = curve({ rows: Math.round(60 * size), seed }, features);
  const q = way.q();
  const store = await backend.store(q, { seed });
  const step = await trainingStep(store, {
    optimizer: way.optimizer,
    feeds: { x: [data.y.length, features], y: [data.y.length] },
    loss: ({ x, y }, { apply }) => negativeElbo(apply(q), x, y),
  });
  const bounds: number[] = [];
  for (let k = 0; k < way.steps; k++) bounds.push((await step.run({ ...data })).loss);
  // #endregion
  await look?.(store, q);
  await store.close();
  const exact = evidence(data, variance);
  const close = bounds.findIndex((bound) => bound < exact + 0.1);
  return {
    "−ELBO before": bounds[0] as number,
    "after one step": bounds[1] as number,
    "at the end": bounds.at(-1) as number,
    "−ln p(y)": exact,
    "steps to 0.1 nats": close < 0 ? Number.POSITIVE_INFINITY : close,
  };
}

/** How q is written, and how it moves. */
interface Way {
  readonly q: () => Module<readonly [], Coordinates<GaussianStatistics>>;
  readonly optimizer: Optimizer;
  readonly steps: number;
}

export const optimizers: Readonly<Record<"adam" | "rngd", Way>> = {
  adam: { q: () => meanAndRoot(family), optimizer: adam({ learningRate: 0.02 }), steps: 300 },
  rngd: { q: () => distribution(family), optimizer: naturalGradient(), steps: 3 },
};

if (isMain(import.meta.url)) {
  const backend = await cpu({ float: "f64" });
  for (const [name, optimizer] of Object.entries(optimizers)) {
    console.log(name === "rngd" ? "natural gradient" : name);
    print(await train({ size: 1, optimizer, backend, seed: 1 }));
  }
  await backend.close();
}
