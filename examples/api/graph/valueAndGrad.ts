// #region example
import { compile, cpu, input, mean, square, sub, valueAndGrad, variable } from "metrigrad";

const w = variable("w", [], { init: () => [1] });
const x = input("x", [3]);
const { value, grads } = valueAndGrad(mean(square(sub(x, w))), [w]);

const backend = await cpu();
const store = await backend.store([w.attrs]);
const program = await compile({ outputs: [value, ...grads] }, store);
const [loss, slope] = await program.run({ x: [1, 2, 3] });
console.log((await loss?.read())?.item().toFixed(3)); // 1.667
console.log((await slope?.read())?.item()); // -2
await backend.close();
// #endregion example
