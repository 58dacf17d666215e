// #region example
import { categorical, dense, explain, graphView, rngd, sequential, tanh } from "metrigrad";

const model = sequential(dense(784, 20, { activation: tanh }), dense(20, 10));
const explanation = explain(model, {
  batchSize: 50,
  likelihood: categorical(),
  optimizer: rngd(),
});
const svg = graphView(explanation, { title: "What rngd solves with" });
console.log(explanation.graph.modules.every(({ path }) => svg.includes(path))); // true
// #endregion example
