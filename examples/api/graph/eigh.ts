// #region example
import { compile, constant, cpu, eigh, tensor } from "metrigrad";

const backend = await cpu();
const store = await backend.store([]);
const { values, vectors } = eigh(constant(tensor([3, 4, 4, -3], { shape: [2, 2] })));
const program = await compile({ outputs: [values, vectors] }, store);
const texts = [];
for (const handle of await program.run()) {
  const numbers = [...(await handle.read()).data()];
  texts.push(numbers.map((value) => value.toFixed(4)).join(", "));
}
console.log(texts[0]); // -5.0000, 5.0000
console.log(texts[1]); // -0.4472, 0.8944, 0.8944, 0.4472
await backend.close();
// #endregion example
