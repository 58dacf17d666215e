// #region example
import { compile, constant, cpu, softmax, tensor } from "metrigrad";

const backend = await cpu();
const store = await backend.store([]);
const logits = constant(tensor([0, 0, Number.NEGATIVE_INFINITY]));
const program = await compile({ outputs: { p: softmax(logits) } }, store);
const { p } = await program.run();
console.log((await p.read()).toArray()); // [ 0.5, 0.5, 0 ]
await backend.close();
// #endregion example
