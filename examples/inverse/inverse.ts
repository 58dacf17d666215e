/**
 * An inverse problem: the conductivity κ in u_t = κu_xx from 200 noisy measurements of u. The solution and the coefficient are two modules that
 * are found together. The Fisher information of all residuals is the metric of the steps, and its inverse tells how well κ is
 * known.
 *
 * Run it: `npx tsx examples/inverse/inverse.ts`
 */
import {
  adam,
  add,
  boundaryPoints,
  constant,
  constantInit,
  cpu,
  defModule,
  dense,
  derivatives,
  engd,
  exp,
  type Field,
  mean,
  mul,
  param,
  responses,
  sequential,
  sin,
  slice,
  solve,
  sub,
  tanh,
  tensor,
  uniformPoints,
} from "metrigrad";
import { isMain, type Settings } from "../support/settings.ts";
import { printSmall, progress, reportOf } from "../support/solved.ts";
import { leastDeviation, measured, noise, truth } from "./data.ts";
import { deviationOf } from "./deviation.ts";

const box = { low: [0, 0], high: [1, 1] };

// #region model
/** κ = eᵃ at every point, [n, 1]; 1 at first. */
const coefficient = defModule({
  name: "coefficient",
  options: () => ({}),
  params: () => ({ a: param([1], constantInit(0)) }),
  apply: ({ a }, x) => exp(add(mul(0, slice(x, [null, [0, 1]])), a)),
});

const model = {
  u: sequential(dense(2, 24, { activation: tanh }), dense(24, 1)),
  k: coefficient(),
};
type Fields = Readonly<Record<keyof typeof model, Field>>;
const kappa = ({ k }: Fields) => mean(k(constant(tensor([[0, 0]]))));

const problem = (size: number, data: ReturnType<typeof measured>) =>
  responses({
    equation: {
      at: uniformPoints(Math.round(400 * size), box),
      of: ({ u, k }: Fields, at) => {
        const d = derivatives(u, at);
        return sub(d.partial(1), mul(k(at), d.partial(0, 0)));
      },
      weight: 1e5,
    },
    boundary: {
      at: boundaryPoints(Math.round(100 * size), box, { faces: { 0: "both", 1: "low" } }),
      of: ({ u }: Fields, at) => sub(u(at), sin(mul(Math.PI, slice(at, [null, [0, 1]])))),
      weight: 1e6,
    },
    // A weight is 1/σ².
    data: { at: data, of: ({ u }: Fields, { x, y }) => sub(u(x), y), weight: noise ** -2 },
  });

export async function train({ size, look, ...how }: Settings) {
  const data = measured(200, how.seed);
  const task = problem(size, data);
  const run = await solve(model, task, {
    ...how,
    steps: Math.round(200 * size),
    evaluate: { every: 50, of: { kappa } },
    onStep: progress(size),
  });
  // #endregion
  const deviation = await deviationOf(run, task, data.x.length, kappa);
  await look?.(run.store, model.u);
  const report = await reportOf(run);
  return {
    ...report,
    "off by": (report.kappa ?? Number.NaN) - truth,
    "standard deviation": deviation,
    "least standard deviation": leastDeviation(data.x),
  };
}

export const optimizers = { adam: adam({ learningRate: 0.003 }), rngd: engd() };

if (isMain(import.meta.url)) {
  const backend = await cpu();
  printSmall(await train({ size: 1, optimizer: optimizers.rngd, backend, seed: 1 }));
  await backend.close();
}
