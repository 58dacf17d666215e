// #region example
import { compile, constant, cpu, defElementwise, elementwiseDerivative, tensor } from "metrigrad";

const backend = await cpu();
const store = await backend.store([]);
const cube = defElementwise({ name: "cube", f: "x ** 3" });
const slope = elementwiseDerivative(cube);
const x = constant(tensor([1, 2]));
const program = await compile({ outputs: { y: cube(x), dy: slope(x) } }, store);
const { y, dy } = await program.run();
console.log((await y.read()).toArray()); // [ 1, 8 ]
console.log((await dy.read()).toArray()); // [ 3, 12 ]
await backend.close();
// #endregion example
