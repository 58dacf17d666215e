// #region example
import { arange, compile, constant, cpu, ops, reshape, tensor } from "metrigrad";

const backend = await cpu();
const store = await backend.store([]);
const image = reshape(arange(1, 10, { type: "float" }), [1, 1, 3, 3]);
const kernel = constant(tensor([1, 0, 0, 1], { shape: [1, 1, 2, 2] }));
const y = ops.conv2d(image, kernel, { bias: [10] });
const program = await compile({ outputs: { y } }, store);
const { y: result } = await program.run();
console.log(result.shape); // [ 1, 1, 2, 2 ]
console.log([...(await result.read()).data()]); // [ 16, 18, 22, 24 ]
await backend.close();
// #endregion example
