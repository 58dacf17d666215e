/**
 * The ground state of the hydrogen atom by variational Monte Carlo: an electron in three dimensions is drawn from |ψ|² by Markov chains on
 * the device, and its local energy −½(∇²ψ)/ψ − 1/r comes from derivatives of the network by its inputs. The exact energy is −½ hartree; as ψ
 * comes near to the ground state the local energies become equal, so that few samples give many digits.
 *
 * Run it: `npx tsx examples/hydrogen/hydrogen.ts`
 */
import {
  adam,
  add,
  amplitude,
  applyModel,
  constantInit,
  cpu,
  defModule,
  dense,
  div,
  energyLoss,
  exp,
  gaussianMoves,
  kineticEnergies,
  metropolis,
  mul,
  type Node,
  normalInit,
  param,
  reciprocal,
  sequential,
  squeeze,
  stochasticReconfiguration,
  sub,
  tanh,
  trainingStep,
} from "metrigrad";
import { isMain, print, type Settings } from "../support/settings.ts";
import { cloud, radii } from "./cloud.ts";

// #region model
/** ln ψ = f(r/(1 + r)) − e^a r with a network f, which is bounded, so that ψ always has a norm. */
export const atom = defModule({
  name: "atom",
  options: (hidden: number) => ({
    net: sequential(
      dense(1, hidden, { activation: tanh }),
      dense(hidden, 1, { init: normalInit(0.1) }),
    ),
  }),
  params: () => ({ a: param([1], constantInit(0.4)) }),
  children: ({ net }) => ({ net }),
  apply: ({ a }, x, { options: { net }, call }) => {
    const r = radii(x);
    return squeeze(sub(call(net, div(r, add(r, 1))), mul(r, exp(a))), 1);
  },
});

export async function train({ size, optimizer, backend, seed }: Settings) {
  const model = atom(8);
  const store = await backend.store(model, { seed });
  const sampler = await metropolis(store, {
    logPsi: (x: Node) => applyModel(model, x).output,
    start: cloud(1000, seed),
    proposal: gaussianMoves(),
  });
  await sampler.run(20);
  const step = await trainingStep(store, {
    optimizer,
    feeds: {},
    loss: (_, { apply, observe }) => {
      const [x, h] = [sampler.samples, apply(model, sampler.samples)];
      observe(h, amplitude());
      const kinetic = kineticEnergies((at) => apply(model, at), x);
      return energyLoss(h, sub(kinetic, squeeze(reciprocal(radii(x)), 1)));
    },
  });
  const energies: number[] = [];
  for (let k = 0; k < 500 * size; k++) {
    await sampler.run();
    energies.push((await step.run({})).loss);
  }
  // #endregion
  const last = energies.slice(-Math.ceil(energies.length / 5));
  const energy = last.reduce((a, b) => a + b, 0) / last.length;
  const accepted = await sampler.accepted();
  await store.close();
  return { energy, "error in millionths": 1e6 * (energy + 0.5), accepted };
}

export const optimizers = {
  adam: adam({ learningRate: 0.01 }),
  rngd: stochasticReconfiguration({ learningRate: 0.2, absolute: 1e-3, klClip: 0.1 }),
};

if (isMain(import.meta.url)) {
  const backend = await cpu({ float: "f64" });
  print(await train({ size: 1, optimizer: optimizers.rngd, backend, seed: 1 }));
  await backend.close();
}
