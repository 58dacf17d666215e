// #region example
import { categorical, constant, cpu, evaluate, tensor } from "metrigrad";

const law = categorical();
const logits = constant(tensor([[0, 0, 0, 0]]));
const backend = await cpu();
const store = await backend.store([]);
const nats = await evaluate(law.logProb(constant(tensor(Int32Array.of(2))), logits), { store });
console.log(nats.item().toFixed(4)); // -1.3863

const { fisher } = await evaluate({ fisher: law.fisher(logits) }, { store });
console.log(fisher.shape); // [ 1, 4, 4 ]
await backend.close();
// #endregion example
