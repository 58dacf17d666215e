/**
 * Poisson's equation in five dimensions, −Δu = π² Σ cos πxᵢ in the unit cube with u* = Σ cos πxᵢ on its boundary: 3,000 points inside
 * and 500 on the ten faces, drawn anew on the device every 20 steps. The Laplacian is carried forward through the network
 * at seven times the cost of u.
 *
 * Run it: `npx tsx examples/poisson5d/poisson5d.ts`
 */
import {
  adam,
  add,
  boundaryPoints,
  cos,
  cpu,
  dense,
  engd,
  type Field,
  laplacian,
  mul,
  type Node,
  relativeError,
  responses,
  sequential,
  solve,
  sub,
  sum,
  tanh,
  uniformPoints,
} from "metrigrad";
import { isMain, type Settings } from "../support/settings.ts";
import { printSmall, progress, reportOf } from "../support/solved.ts";

// #region model
const box = { low: [0, 0, 0, 0, 0], high: [1, 1, 1, 1, 1] };

/** u* = Σ cos πxᵢ. */
const exact = (x: Node) => sum(cos(mul(Math.PI, x)), { axis: 1, keepDims: true });

export const net = () => sequential(dense(5, 64, { activation: tanh }), dense(64, 1));

export const problem = (size: number) =>
  responses({
    interior: {
      at: uniformPoints(Math.round(3000 * size), box),
      of: (u, x) => add(laplacian(u, x), mul(Math.PI ** 2, exact(x))),
      resample: 20,
    },
    boundary: {
      at: boundaryPoints(Math.round(500 * size), box),
      of: (u, x) => sub(u(x), exact(x)),
      weight: 100,
      resample: 20,
    },
  });

export const measures = {
  "relative error": (u: Field) => relativeError(u, exact, uniformPoints(4000, box)),
};

export async function train({ size, ...how }: Settings) {
  const run = await solve(net(), problem(size), {
    ...how,
    steps: Math.round(300 * size),
    evaluate: { every: 25, of: measures },
    onStep: progress(size),
  });
  return reportOf(run);
}
// #endregion

export const optimizers = { adam: adam({ learningRate: 0.003 }), rngd: engd() };

if (isMain(import.meta.url)) {
  const backend = await cpu();
  printSmall(await train({ size: 1, optimizer: optimizers.rngd, backend, seed: 1 }));
  await backend.close();
}
