/**
 * A normalizing flow (Dinh, Sohl-Dickstein and Bengio 2017) on two moons: maps that can be undone carry the data to a normal
 * distribution, and ln p(x) = ln N(z) + ln |det ∂z/∂x|. The determinant comes from derivatives of the module by its inputs, so any
 * map can take the place of this one.
 *
 * Run it: `npx tsx examples/flow/flow.ts`
 */
import {
  adam,
  add,
  concat,
  cpu,
  defModule,
  dense,
  exp,
  gaussian,
  mul,
  type Node,
  neg,
  rngd,
  sequential,
  slice,
  tanh,
  trainingStep,
  zeros,
} from "metrigrad";
import { moons } from "../gpclassifier/moons.ts";
import { isMain, print, type Settings } from "../support/settings.ts";
import { lnDensity } from "./density.ts";
import { judged } from "./judged.ts";

// #region model
/** Each layer scales and shifts one coordinate by what a network makes of the other. */
export const flow = defModule({
  name: "flow",
  options: (layers: number, width: number) => ({
    nets: Array.from({ length: layers }, () =>
      sequential(dense(1, width, { activation: tanh }), dense(width, 2, { init: zeros })),
    ),
  }),
  children: ({ nets }) => nets,
  apply: (_, x, { options: { nets }, call }) => ({
    response: nets.reduce<Node>((z, net, layer) => {
      const [kept, moved] = [layer % 2, 1 - (layer % 2)].map((at) =>
        slice(z, [null, [at, at + 1]]),
      );
      const of = call(net, kept as Node);
      const [scale, shift] = [tanh(slice(of, [null, [0, 1]])), slice(of, [null, [1, 2]])];
      const next = add(mul(moved as Node, exp(scale)), shift);
      return concat(layer % 2 === 0 ? [kept as Node, next] : [next, kept as Node], 1);
    }, x),
  }),
});

export async function train({ size, optimizer, backend, seed, look }: Settings) {
  const model = flow(6, 24);
  const store = await backend.store(model, { seed });
  const step = await trainingStep(store, {
    feeds: { x: [100, 2] },
    optimizer,
    steps: Math.round(1000 * size),
    loss: ({ x }, { apply, observe }) => {
      const { z, logs } = lnDensity((at) => apply(model, at), x);
      observe(z, gaussian());
      return neg(logs);
    },
  });
  for (let at = 0; at < 1000 * size; at++)
    await step.advance({ x: moons({ rows: 100, seed: 100_000 * seed + at }).x });
  // #endregion
  await step.close();
  const report = await judged(model, store, moons({ rows: 1000, seed: seed + 7 }).x);
  await look?.(store, model);
  await store.close();
  return report;
}

export const optimizers = {
  adam: adam({ learningRate: 0.005 }),
  rngd: rngd({ learningRate: 0.05, absolute: 0.1 }),
};

if (isMain(import.meta.url)) {
  const backend = await cpu();
  print(await train({ size: 1, optimizer: optimizers.rngd, backend, seed: 1 }));
  await backend.close();
}
