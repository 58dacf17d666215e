// #region example
import { streamData } from "metrigrad";

const stream = streamData({
  name: "squares",
  rows: 4,
  train: async function* (epoch) {
    yield { inputs: [[epoch], [1]], targets: [[epoch ** 2], [1]] };
    yield { inputs: [[2], [3]], targets: [[4], [9]] };
  },
});
const found: unknown[] = [];
for await (const batch of stream.train(0)) found.push(batch.targets.toArray());
console.log(found); // [ [ [ 0 ], [ 1 ] ], [ [ 4 ], [ 9 ] ] ]
// #endregion example
