// #region example
import { applyModel, compile, cpu, dense, input, planView, relu, sequential } from "metrigrad";

const backend = await cpu();
const model = sequential(dense(64, 32, { activation: relu }), dense(32, 10));
const store = await backend.store(model, { seed: 1 });
const { output } = applyModel(model, input("x", [50, 64]));
const program = await compile({ outputs: [output] }, store);
const svg = planView(program, { title: "Two layers" });
console.log(svg.includes(`${program.plan.steps.length} steps in`)); // true
// #endregion example
await program.close();
await backend.close();
