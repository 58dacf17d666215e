/**
 * The ground state of an Ising chain in a transverse field, H = −Σ σᶻσᶻ − Σ σˣ, by variational Monte Carlo with a restricted
 * Boltzmann machine (Carleo and Troyer 2017, Science 355, 602). Chains of up to 12 spins are enumerated; longer ones are sampled
 * by Markov chains that go on from step to step on the device.
 *
 * Run it: `npx tsx examples/ising/ising.ts`, or with 20 spins `npx tsx examples/ising/ising.ts 20`
 */
import {
  adam,
  amplitude,
  applyModel,
  cpu,
  defModule,
  dense,
  energyLoss,
  engd,
  flippedOfAll,
  isingEnergies,
  logaddexp,
  metropolis,
  type Node,
  neg,
  normalInit,
  spinFlips,
  spinFlipsOf,
  spinStates,
  stochasticReconfiguration,
  sum,
  trainingStep,
} from "metrigrad";
import { isMain, print, type Settings } from "../support/settings.ts";
import { groundEnergy, randomSpins } from "./chain.ts";

// #region model
/** ln ψ(s) = Σ_k ln 2cosh(w_k's + b_k). */
export const machine = defModule({
  name: "machine",
  options: (spins: number, hidden: number) => ({
    layer: dense(spins, hidden, { init: normalInit(0.1) }),
  }),
  children: ({ layer }) => ({ layer }),
  apply: (_, s, { options: { layer }, call }) => {
    const t = call(layer, s);
    return sum(logaddexp(t, neg(t)), { axis: 1 });
  },
});

type Chain = Settings & { readonly spins?: number };

/** All states count by |ψ|²; the energies are exact. */
export async function enumerate({ size, optimizer, backend, seed, spins = 10 }: Chain) {
  const model = machine(spins, 3 * spins);
  const store = await backend.store(model, { seed });
  const step = await trainingStep(store, {
    optimizer,
    feeds: { s: [2 ** spins, spins] },
    loss: ({ s }, { apply, observe }) => {
      const h = apply(model, s);
      observe(h, amplitude({ enumerated: true }));
      return energyLoss(h, isingEnergies(s, h, flippedOfAll(h)), { enumerated: true });
    },
  });
  for (let k = 0; k < 200 * size; k++) await step.advance({ s: spinStates(spins) });
  return { energy: (await step.run({ s: spinStates(spins) })).loss, store };
}
// #endregion

/** States are drawn from |ψ|²; the energy is the mean over the last fifth of the steps. */
export async function sample({ size, optimizer, backend, seed, spins = 20 }: Chain) {
  const model = machine(spins, spins);
  const store = await backend.store(model, { seed });
  const sampler = await metropolis(store, {
    logPsi: (s: Node) => applyModel(model, s).output,
    start: randomSpins(Math.round(1000 * size), spins, seed),
    proposal: spinFlips(),
    sweeps: 3,
  });
  await sampler.run(10);
  const step = await trainingStep(store, {
    optimizer,
    feeds: {},
    loss: (_, { apply, observe }) => {
      const [s, h] = [sampler.samples, apply(model, sampler.samples)];
      observe(h, amplitude());
      return energyLoss(h, isingEnergies(s, h, apply(model, spinFlipsOf(s))));
    },
  });
  const [steps, energies] = [Math.round(400 * size), [] as number[]];
  for (let k = 0; k < steps; k++) {
    await sampler.run();
    energies.push((await step.run({})).loss);
  }
  const last = energies.slice(-Math.ceil(steps / 5));
  return { energy: last.reduce((a, b) => a + b, 0) / last.length, store };
}

export async function train({ spins = 10, ...how }: Chain) {
  const found = await (spins <= 12 ? enumerate : sample)({ spins, ...how });
  await found.store.close();
  const exact = groundEnergy(spins);
  return { energy: found.energy, exact, "error in millionths": 1e6 * (found.energy - exact) };
}

export const optimizers = {
  adam: adam({ learningRate: 0.01 }),
  rngd: engd({ absolute: 1e-4 }),
  sampled: stochasticReconfiguration({ learningRate: 0.05, absolute: 1e-3 }),
};

if (isMain(import.meta.url)) {
  const spins = Number(process.argv[2] ?? 10);
  const backend = await cpu({ float: "f64" });
  const optimizer = spins <= 12 ? optimizers.rngd : optimizers.sampled;
  print(await train({ size: 1, optimizer, backend, seed: 1, spins }));
  await backend.close();
}
