// #region example
import { compile, constant, cpu, linearSolve, tensor } from "metrigrad";

const backend = await cpu();
const store = await backend.store([]);
// 2x + y = 3 and x + 3y = 5.
const a = constant(tensor([2, 1, 1, 3], { shape: [2, 2] }));
const b = constant(tensor([3, 5], { shape: [2, 1] }));
const program = await compile({ outputs: { x: linearSolve(a, b) } }, store);
const { x } = await program.run();
const digits = [...(await x.read()).data()].map((value) => value.toFixed(4));
console.log(digits.join(", ")); // 0.8000, 1.4000
await backend.close();
// #endregion example
