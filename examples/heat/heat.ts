/**
 * The heat equation u_t = ¼u_xx on [0, 1] from u = sin πx with u = 0 at both ends, whose solution is u* = exp(−π²t/4) sin πx: space
 * and time are the two inputs of one network.
 *
 * Run it: `npx tsx examples/heat/heat.ts`
 */
import {
  adam,
  boundaryPoints,
  cpu,
  dense,
  derivatives,
  engd,
  exp,
  type Field,
  gridPoints,
  mul,
  type Node,
  relativeError,
  responses,
  sequential,
  sin,
  solve,
  split,
  sub,
  tanh,
  uniformPoints,
} from "metrigrad";
import { isMain, type Settings } from "../support/settings.ts";
import { printSmall, progress, reportOf } from "../support/solved.ts";

// #region model
/** Points (x, t). */
const box = { low: [0, 0], high: [1, 1] };

/** u* = exp(−π²t/4) sin πx. */
const exact = (at: Node) => {
  const [x, t] = split(at, 1, 1) as [Node, Node];
  return mul(exp(mul(-(Math.PI ** 2) / 4, t)), sin(mul(Math.PI, x)));
};

export const net = () => sequential(dense(2, 64, { activation: tanh }), dense(64, 1));

export const problem = (size: number) =>
  responses({
    interior: {
      at: uniformPoints(Math.round(900 * size), box),
      of: (u, at) => {
        const d = derivatives(u, at);
        return sub(d.partial(1), mul(0.25, d.partial(0, 0)));
      },
      resample: 20,
    },
    // Both ends, and the beginning.
    boundary: {
      at: boundaryPoints(Math.round(120 * size), box, { faces: { 0: "both", 1: "low" } }),
      of: (u, at) => sub(u(at), exact(at)),
      weight: 10,
      resample: 20,
    },
  });

export const measures = {
  "relative error": (u: Field) => relativeError(u, exact, gridPoints([51, 51], box)),
};

export async function train({ size, look, ...how }: Settings) {
  const model = net();
  const run = await solve(model, problem(size), {
    ...how,
    steps: Math.round(500 * size),
    evaluate: { every: 50, of: measures },
    onStep: progress(size),
  });
  await look?.(run.store, model);
  return reportOf(run);
}
// #endregion

export const optimizers = { adam: adam({ learningRate: 0.003 }), rngd: engd() };

if (isMain(import.meta.url)) {
  const backend = await cpu();
  printSmall(await train({ size: 1, optimizer: optimizers.rngd, backend, seed: 1 }));
  await backend.close();
}
