// #region example
import { dense, heatmap, reference, rfim, tanh, tensor } from "metrigrad";

const model = dense(2, 3, { activation: tanh });
const store = await (await reference()).store(model, { seed: 1 });
const batch = tensor([
  [1, 0],
  [0, 1],
  [1, 1],
]);
const metric = await rfim(model, batch, { store });
const svg = heatmap(await metric.blocks[0]!.toDense(), {
  title: "A metric of three tanh neurons",
  quantity: "Fisher information",
  scale: "cbrt",
});
console.log(/9 × 9/.test(svg)); // true
// #endregion example
await metric.close();
