/**
 * Burgers' equation u_t + uu_x = νu_xx with ν = 0.01/π from u = −sin πx: the wave steepens to a front of width 0.01 at x = 0. Points are
 * drawn anew where the residual is large, which is at the front.
 *
 * Run it: `npx tsx examples/burgers/burgers.ts`
 */
import {
  adam,
  adaptivePoints,
  add,
  boundaryPoints,
  cpu,
  dense,
  derivatives,
  engd,
  type Field,
  mul,
  relativeError,
  responses,
  sequential,
  sin,
  slice,
  solve,
  sub,
  tanh,
  uniformPoints,
} from "metrigrad";
import { isMain, type Settings } from "../support/settings.ts";
import { printSmall, progress, reportOf } from "../support/solved.ts";
import { burgersGrid } from "./exact.ts";

// #region model
const nu = 0.01 / Math.PI;
/** Points (x, t). */
const box = { low: [-1, 0], high: [1, 1] };

export const net = () =>
  sequential(dense(2, 16, { activation: tanh }), dense(16, 16, { activation: tanh }), dense(16, 1));

export const problem = (size: number) =>
  responses({
    interior: {
      at: adaptivePoints(Math.round(1000 * Math.sqrt(size)), {
        pool: uniformPoints(Math.round(4000 * Math.sqrt(size)), box),
      }),
      of: (u, at) => {
        const d = derivatives(u, at);
        const moved = add(d.partial(1), mul(d.value, d.partial(0)));
        return sub(moved, mul(nu, d.partial(0, 0)));
      },
      resample: 20,
    },
    // u = −sin πx at the beginning, and at both ends, where it is 0.
    boundary: {
      at: boundaryPoints(Math.round(200 * Math.sqrt(size)), box, {
        faces: { 0: "both", 1: "low" },
      }),
      of: (u, at) => add(u(at), sin(mul(Math.PI, slice(at, [null, [0, 1]])))),
      weight: 10,
      resample: 20,
    },
  });

const { points, values } = burgersGrid(101, 51, nu);
export const measures = { "relative error": (u: Field) => relativeError(u, values, points) };

export const train = async ({ size, look, ...how }: Settings) => {
  const model = net();
  const [steps, evaluate] = [Math.round(1000 * size), { every: 100, of: measures }];
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
