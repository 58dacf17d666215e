// #region example
import { bernoulli, dense, fisher, kl, reference, tensor } from "metrigrad";

const model = dense(1, 1);
const backend = await reference();
const store = await backend.store(model);
await store.write("w", tensor([[0.5], [0]]));
const given = { store, likelihood: bernoulli() };
const inputs = tensor([[2], [-2]]);
const delta = { w: tensor([[0.01], [0]]) };
console.log((await kl(model, inputs, { ...given, delta })).toExponential(1)); // 3.9e-5
// For small steps it is half the squared length.
const g = await fisher(model, inputs, given);
console.log((0.5 * (await g.quadratic(delta))).toExponential(1)); // 3.9e-5
await g.close();
await backend.close();
// #endregion example
