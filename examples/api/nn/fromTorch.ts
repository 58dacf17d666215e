// #region example
import { dense, fromTorch, relu, sequential, tensor, toTorch } from "metrigrad";

// The state_dict of nn.Sequential(nn.Linear(2, 1), nn.ReLU(), nn.Linear(1, 1)).
const tensors = {
  "0.weight": tensor([[3, 4]]),
  "0.bias": tensor([5]),
  "2.weight": tensor([[6]]),
  "2.bias": tensor([7]),
};
const model = sequential(dense(2, 1, { activation: relu }), dense(1, 1));
const names = { dense1: "2" };
const values = fromTorch(model, tensors, { names });
console.log(values.get("dense0/w")?.toArray()); // [ [ 3 ], [ 4 ], [ 5 ] ]
console.log([...toTorch(model, values, { names }).keys()].join()); // 0.weight,0.bias,2.weight,2.bias
// #endregion example
