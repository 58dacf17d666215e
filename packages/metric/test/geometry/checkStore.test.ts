/** Whatever computes at parameters asks for the store that holds them. */
import { fisher, gaussNewton, kl, observedFisher, rfim } from "@metrigrad/metric";
import { dense, gaussian } from "@metrigrad/nn";
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import { rejects } from "../support/rejects.ts";

test("without a store rfim, fisher, the curvatures and kl are refused", async (t) => {
  const model = dense(2, 1);
  const batch = { inputs: tensor([[1, 2]]), labels: tensor([[1]]) };
  const options = { likelihood: gaussian(), delta: {} } as unknown as Parameters<typeof kl>[2];
  const all = { rfim, fisher, observedFisher, gaussNewton, kl };
  for (const [name, f] of Object.entries(all)) {
    const message = `^${name}: store must hold the parameters, got undefined; pass { store: run.store }`;
    await rejects(t, f(model, batch, options), new RegExp(message));
  }
});
