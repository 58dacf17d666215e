/**
 * The Helmholtz equation Δu + k²u = q in the square [−1, 1]² with u = 0 on its boundary, k = 1 and the solution u* = sin πx sin 4πy: four
 * waves along one coordinate, one along the other (Wang, Teng and Perdikaris 2021, arXiv 2001.04536, section 3.1).
 *
 * Run it: `npx tsx examples/helmholtz/helmholtz.ts`
 */
import {
  adam,
  add,
  boundaryPoints,
  cpu,
  dense,
  derivatives,
  engd,
  type Field,
  gridPoints,
  mul,
  type Node,
  prod,
  relativeError,
  responses,
  sequential,
  sin,
  solve,
  sub,
  tanh,
  uniformPoints,
} from "metrigrad";
import { isMain, type Settings } from "../support/settings.ts";
import { printSmall, progress, reportOf } from "../support/solved.ts";

// #region model
const box = { low: [-1, -1], high: [1, 1] };
const k = 1;

/** u* = sin πx sin 4πy. */
const exact = (at: Node) =>
  prod(sin(mul([[Math.PI, 4 * Math.PI]], at)), { axis: 1, keepDims: true });

export const net = () =>
  sequential(dense(2, 20, { activation: tanh }), dense(20, 20, { activation: tanh }), dense(20, 1));

export const problem = (size: number) =>
  responses({
    interior: {
      at: uniformPoints(Math.round(1200 * size), box),
      of: (u, at) => {
        const d = derivatives(u, at);
        const q = mul(k ** 2 - 17 * Math.PI ** 2, exact(at));
        return sub(add(d.laplacian(), mul(k ** 2, d.value)), q);
      },
      resample: 20,
    },
    boundary: {
      at: boundaryPoints(Math.round(200 * size), box),
      of: (u, at) => u(at),
      weight: 100,
      resample: 20,
    },
  });

export const measures = {
  "relative error": (u: Field) => relativeError(u, exact, gridPoints([51, 51], box)),
};

export const train = async ({ size, look, ...how }: Settings) => {
  const model = net();
  const [steps, evaluate] = [Math.round(600 * size), { every: 100, of: measures }];
  const onStep = progress(size);
  const run = await solve(model, problem(size), { ...how, steps, evaluate, onStep });
  await look?.(run.store, model);
  return reportOf(run);
};
// #endregion

export const optimizers = { adam: adam({ learningRate: 0.003 }), rngd: engd() };

if (isMain(import.meta.url)) {
  const backend = await cpu();
  printSmall(await train({ size: 1, optimizer: optimizers.rngd, backend, seed: 1 }));
  await backend.close();
}
