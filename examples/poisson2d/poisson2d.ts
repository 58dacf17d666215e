/**
 * Poisson's equation in the unit square, −Δu = f with u = 0 on the boundary and the solution u* = sin πx sin πy, by a network whose residuals
 * are made small at points that are drawn on the device (a physics-informed network). The energy natural gradient takes
 * J'J of all residuals as its metric, derivatives by the inputs included: a relative error of 4.6e-9 after 500 steps, after which ADAM is
 * at 9e-2.
 *
 * Run it: `npx tsx examples/poisson2d/poisson2d.ts`
 */
import {
  adam,
  add,
  boundaryPoints,
  cpu,
  dense,
  gridPoints,
  laplacian,
  mul,
  type Node,
  type Optimizer,
  prod,
  relativeError,
  responses,
  sequential,
  sin,
  solve,
  tanh,
  uniformPoints,
} from "metrigrad";
import { isMain, type Settings } from "../support/settings.ts";

// #region model
const box = { low: [0, 0], high: [1, 1] };

/** u* = sin πx sin πy. */
export const exact = (x: Node) => prod(sin(mul(Math.PI, x)), { axis: 1, keepDims: true });

export const net = () => sequential(dense(2, 32, { activation: tanh }), dense(32, 1));

export const problem = (size: number) =>
  responses({
    interior: {
      at: uniformPoints(Math.round(900 * size), box),
      of: (u, x) => add(laplacian(u, x), mul(2 * Math.PI ** 2, exact(x))),
      resample: 20,
    },
    boundary: {
      at: boundaryPoints(Math.round(120 * size), box),
      of: (u, x) => u(x),
      weight: 100,
      resample: 20,
    },
  });

/** Without an optimizer: the energy natural gradient. */
export async function train({ size, optimizer, look, ...how }: Settings<Optimizer | undefined>) {
  const relativeL2 = (u: (x: Node) => Node) => relativeError(u, exact, gridPoints([51, 51], box));
  const model = net();
  const run = await solve(model, problem(size), {
    ...how,
    ...(optimizer === undefined ? {} : { optimizer }),
    steps: Math.round(500 * size),
    evaluate: { every: 50, of: { relativeL2 } },
    onStep: ({ step, measures }) => {
      if (measures && size === 1) console.log(`${step}: ${measures.relativeL2?.toExponential(1)}`);
    },
  });
  // #endregion
  const { history } = run;
  const losses = await run.losses();
  await look?.(run.store, model);
  await run.close();
  return {
    "relative error": history.at(-1)?.measures?.relativeL2 ?? Number.NaN,
    "first loss": history[0]?.loss ?? Number.NaN,
    "last loss": Object.values(losses).reduce((sum, one) => sum + one, 0),
    seconds: history.at(-1)?.seconds ?? Number.NaN,
  };
}

export const optimizers = {
  adam: adam({ learningRate: 0.003 }),
  rngd: undefined,
};

if (isMain(import.meta.url)) {
  const backend = await cpu();
  const report = await train({ size: 1, optimizer: optimizers.rngd, backend, seed: 1 });
  for (const [name, value] of Object.entries(report)) console.log(name, value.toPrecision(2));
  await backend.close();
}
