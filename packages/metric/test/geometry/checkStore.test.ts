/** Whatever computes at parameters asks for the store that holds them, and for some that train. */
import { fisher, gaussNewton, kl, observedFisher, rfim } from "@metrigrad/metric";
import { dense, freeze, gaussian } from "@metrigrad/nn";
import { reference, tensor } from "@metrigrad/tensor";
import test from "tape";
import { rejects } from "../support/rejects.ts";

test("a model that is frozen as a whole has no metric over all its parameters", async (t) => {
  const model = freeze(dense(2, 1));
  const backend = await reference();
  const store = await backend.store(model, { seed: 1 });
  const batch = { inputs: tensor([[1, 2]]), targets: tensor([[1]]) };
  for (const f of [fisher, observedFisher, gaussNewton])
    await rejects(
      t,
      f(model, batch, { store, likelihood: gaussian() }),
      new RegExp(`^${f.name}: the model must have trainable parameters, got none`),
    );
  t.deepEqual((await rfim(model, batch, { store })).blocks, []);
  await backend.close();
});

test("without a store rfim, fisher, the curvatures and kl are refused", async (t) => {
  const model = dense(2, 1);
  const batch = { inputs: tensor([[1, 2]]), targets: tensor([[1]]) };
  const options = { likelihood: gaussian() } as unknown as Parameters<typeof kl>[2];
  const all = { rfim, fisher, observedFisher, gaussNewton, kl };
  for (const [name, f] of Object.entries(all)) {
    const message = `^${name}: store must hold the parameters, got undefined; pass { store: run.store }`;
    await rejects(t, f(model, batch, options), new RegExp(message));
  }
});
