/**
 * The Deep Ritz method (E and Yu 2018, arXiv 1710.00211): −Δu = f in the unit square with u = 0 on the boundary is where the energy
 * ∫ ½|∇u|² − fu is least. No second derivative is taken. The metric is that of ∇u in L2, as the energy has it (Müller and Zeinhofer
 * 2023, arXiv 2302.13163), so that a step is one of Newton's in the space of functions.
 *
 * Run it: `npx tsx examples/deepritz/deepritz.ts`
 */
import {
  adam,
  applyModel,
  cpu,
  dense,
  derivatives,
  engd,
  evaluate,
  type Field,
  gaussian,
  gridPoints,
  mean,
  mul,
  type Node,
  prod,
  relativeError,
  sequential,
  sin,
  sqrt,
  square,
  squeeze,
  sub,
  sum,
  tanh,
  trainingStep,
  uniformStream,
} from "metrigrad";
import { isMain, type Settings } from "../support/settings.ts";
import { printSmall } from "../support/solved.ts";
import { cutRule } from "./rule.ts";

const box = { low: [0, 0], high: [1, 1] };
const product = (x: Node) => prod(x, { axis: 1, keepDims: true });

/** u* = sin πx sin πy, which has the energy −π²/4. */
const exact = (x: Node) => product(sin(mul(Math.PI, x)));

// #region model
const net = sequential(dense(2, 32, { activation: tanh }), dense(32, 1));

/** u, which a factor makes 0 on the boundary. */
export const field =
  (apply: Field): Field =>
  (x) =>
    mul(apply(x), product(mul(x, sub(1, x))));

export async function train({ size, optimizer, backend, seed, look }: Settings) {
  const half = Math.round(12 * Math.sqrt(size));
  const n = 4 * half ** 2;
  const store = await backend.store(net, { seed, float: "f64" });
  const step = await trainingStep(store, {
    optimizer,
    feeds: { points: [n, 2], weights: [n, 1] },
    loss: ({ points, weights }, { apply, observe }) => {
      const u = derivatives(
        field((at) => apply(net, at)),
        points,
      );
      // As a mean over the points, which `observe` takes, it is the rule's ½∫|∇u|².
      const slope = mul(squeeze(u.gradient(), 1), sqrt(mul(n, weights)));
      observe(slope, gaussian());
      const work = mul(u.value, mul(2 * Math.PI ** 2, exact(points)));
      return sub(mul(0.5, mean(sum(square(slope), { axis: 1 }))), sum(mul(work, weights)));
    },
  });
  const energies: number[] = [];
  const draw = uniformStream({ seed, path: "deepritz/cuts" });
  for (let k = 0; k < 200 * size; k++) {
    // Other points in each step, so that nothing is gained by what u does between them.
    const cuts = [2 * k, 2 * k + 1].map((at) => 0.3 + 0.4 * draw.uniform(at));
    energies.push((await step.run(cutRule(half, cuts as [number, number]))).loss);
  }
  // #endregion
  const u = field((x) => applyModel(net, x).output);
  const error = await evaluate(relativeError(u, exact, gridPoints([51, 51], box)), { store });
  await look?.(store, net);
  await store.close();
  return {
    "relative error": error.item(),
    "first energy": energies[0] ?? Number.NaN,
    "energy above −π²/4": (energies.at(-1) ?? Number.NaN) + Math.PI ** 2 / 4,
  };
}

export const optimizers = { adam: adam({ learningRate: 0.003 }), rngd: engd() };

if (isMain(import.meta.url)) {
  const backend = await cpu();
  printSmall(await train({ size: 1, optimizer: optimizers.rngd, backend, seed: 1 }));
  await backend.close();
}
