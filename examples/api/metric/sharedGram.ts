// #region example
import { constant, evaluate, reference, sharedGram, tensor } from "metrigrad";

const backend = await reference();
const store = await backend.store([]);
const x = constant(tensor([[2], [-2]]));
const block = sharedGram(x, 1);
// The mean of x̃x̃' with x̃ = (x, 1).
console.log((await evaluate(block.toDense(), { store })).toArray()); // [ [ 4, 0 ], [ 0, 1 ] ]
const v = constant(tensor([[10], [10]]));
const solved = await evaluate(block.solve(v, { damping: { absolute: 1 } }), { store });
console.log([...solved.data()].map((one) => one.toFixed(1))); // [ '2.0', '5.0' ]
await backend.close();
// #endregion example
