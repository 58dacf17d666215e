// #region example
import { categorical, constant, cpu, evaluate, independent, masked, tensor } from "metrigrad";

// Two sentences of up to three words from a vocabulary of four.
const law = masked(independent(categorical()));
const h = constant(tensor(new Float32Array(24), { shape: [2, 3, 4] }));
const value = constant(tensor(Int32Array.of(0, 1, 2, 3, -1, -1), { shape: [2, 3] }));
const mask = constant(
  tensor([
    [1, 1, 1],
    [1, 0, 0],
  ]),
);
const backend = await cpu();
const store = await backend.store([]);
const nats = await evaluate(law.logProb({ value, mask }, h), { store });
console.log([...nats.data()].map((one) => one.toFixed(2))); // [ '-4.16', '-1.39' ]
await backend.close();
// #endregion example
