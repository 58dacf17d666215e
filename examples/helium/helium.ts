/**
 * The ground state of the helium atom by variational Monte Carlo: two electrons are drawn from |ψ|² by Markov chains on the device. ψ has the
 * cusps of the exact state where two particles meet, so that local energies stay finite, and a network for all else. The
 * exact energy is −2.903724 hartree.
 *
 * Run it: `npx tsx examples/helium/helium.ts`
 */
import {
  adam,
  add,
  amplitude,
  applyModel,
  concat,
  constantInit,
  cpu,
  defModule,
  dense,
  energyLoss,
  exp,
  gaussianMoves,
  kineticEnergies,
  metropolis,
  type Node,
  param,
  type StepContext,
  sequential,
  squeeze,
  stochasticReconfiguration,
  tanh,
  trainingStep,
} from "metrigrad";
import { isMain, type Settings } from "../support/settings.ts";
import { printSmall } from "../support/solved.ts";
import {
  bounded,
  distances,
  meanOfLast,
  nearEach,
  nearNucleus,
  pairs,
  potential,
} from "./electrons.ts";

// #region model
/** ln ψ = c(r₁) + c(r₂) + e(r₁₂) + f(r₁, r₂, r₁₂) + f(r₂, r₁, r₁₂) with a network f: c and e have the slopes −2 and ½ at 0. */
export const atom = defModule({
  name: "helium",
  options: (hidden: number) => ({
    net: sequential(dense(3, hidden, { activation: tanh }), dense(hidden, 1)),
  }),
  params: () => ({ p: param([1], constantInit(0.5)), q: param([1], constantInit(-1)) }),
  children: ({ net }) => ({ net }),
  apply: ({ p, q }, x, { options: { net }, call }) => {
    const { r, between } = distances(x);
    const [one, two, both] = [bounded(r[0]), bounded(r[1]), bounded(between)];
    const f = add(call(net, concat([one, two, both], 1)), call(net, concat([two, one, both], 1)));
    const cusps = add(nearNucleus(r[0], exp(p)), nearNucleus(r[1], exp(p)));
    return squeeze(add(f, add(cusps, nearEach(between, exp(q)))), 1);
  },
});

export async function train({ size, optimizer, backend, seed }: Settings) {
  const model = atom(16);
  const store = await backend.store(model, { seed });
  const logPsi = (x: Node) => applyModel(model, x).output;
  const start = pairs(1000, seed);
  const sampler = await metropolis(store, { logPsi, start, proposal: gaussianMoves() });
  await sampler.run(20);
  const loss = (_: unknown, { apply, observe }: StepContext) => {
    const [x, h] = [sampler.samples, apply(model, sampler.samples)];
    observe(h, amplitude());
    return energyLoss(
      h,
      add(
        kineticEnergies((at) => apply(model, at), x),
        potential(x),
      ),
    );
  };
  const step = await trainingStep(store, { optimizer, feeds: {}, loss });
  const energies: number[] = [];
  for (let k = 0; k < 500 * size; k++) {
    await sampler.run();
    energies.push((await step.run({})).loss);
  }
  // #endregion
  const { mean, error } = meanOfLast(energies);
  const accepted = await sampler.accepted();
  await store.close();
  return { energy: mean, "off by": mean + 2.903724, "standard error": error, accepted };
}

export const optimizers = {
  adam: adam({ learningRate: 0.01 }),
  rngd: stochasticReconfiguration({ learningRate: 0.2, absolute: 1e-3, klClip: 0.1 }),
};

if (isMain(import.meta.url)) {
  const backend = await cpu({ float: "f64" });
  printSmall(await train({ size: 1, optimizer: optimizers.rngd, backend, seed: 1 }));
  await backend.close();
}
