// #region example
import { constant, cpu, evaluate, gaussian, tensor } from "metrigrad";

const law = gaussian({ sigma: 0.5 });
console.log(law.name, law.fisherDiagonal); // gaussian(0.5) 4

const [h, other] = [constant(tensor([[1, 2]])), constant(tensor([[1, 3]]))];
const backend = await cpu();
const store = await backend.store([]);
const divergence = await evaluate(law.kl(h, other), { store });
console.log(divergence.item()); // 2
await backend.close();
// #endregion example
