/** What a step tells of the loss: how it changes, and what the quadratic model by the metric predicts. */
import { compile, type Node, replaceNodes, sub } from "@metrigrad/graph";
import { reference } from "@metrigrad/tensor";
import test from "tape";
import { chain, engd, type Optimizer, precondition, rngd, scale } from "../../src/index.ts";
import {
  classifier,
  contextOf,
  inputs,
  labels,
  regression,
  regressionContext,
  targets,
} from "../problem.ts";

/** The prediction and the change that the first step tells, and the change by the losses before and after it. */
async function told(optimizer: Optimizer, linear: boolean) {
  const model = linear ? regression() : classifier();
  const context = linear ? regressionContext(model) : contextOf(model, 0);
  const phase = optimizer.update(context).at(-1);
  const valueOf = (name: string) =>
    phase?.report?.quantities.find((one) => one.name === name)?.value() ?? context.loss;
  const params = context.parameters.map(({ variable }) => variable);
  const moved = new Map<Node, Node>(
    phase?.updates.flatMap(([one, value]) => (params.includes(one) ? [[one, value]] : [])),
  );
  const [after] = replaceNodes([context.loss], moved) as [Node];
  const outputs = {
    predicted: valueOf("predictedChange"),
    change: valueOf("lossChange"),
    real: sub(after, context.loss),
  };
  const backend = await reference();
  const store = await backend.store(model, { seed: 1 });
  const program = await compile({ outputs }, store);
  const handles = await program.run({ x: inputs, y: linear ? targets : labels });
  const read = async (handle: (typeof handles)["real"]) => (await handle.read()).item();
  const [predicted, change, real] = [
    await read(handles.predicted),
    await read(handles.change),
    await read(handles.real),
  ];
  await backend.close();
  return { predicted, change, real };
}

test("report: of a quadratic loss and its own metric the prediction is the change", async (t) => {
  for (const optimizer of [
    engd({ relative: 1e-6, lineSearch: { trials: 3, longest: 0.7 } }),
    chain(precondition({ absolute: 0.3 }), scale(0.4)),
  ]) {
    const { predicted, change, real } = await told(optimizer, true);
    t.ok(real < -0.1 && Math.abs(change - real) < 1e-12, `the loss falls by ${-change}`);
    t.ok(Math.abs(predicted - change) < 1e-9, `${predicted} was predicted`);
  }
});

test("report: of other losses a short step changes it as predicted, a long one does not", async (t) => {
  const step = (learningRate: number) => told(rngd({ learningRate, momentum: 0 }), false);
  const [short, long] = [await step(1e-4), await step(3)];
  t.ok(Math.abs(short.change - short.real) < 1e-12 && short.real < 0);
  t.ok(Math.abs(short.predicted / short.change - 1) < 1e-3, "to first order");
  t.ok(Math.abs(long.change - long.real) < 1e-12);
  t.ok(Math.abs(long.predicted / long.change - 1) > 0.02, `${long.predicted} and ${long.change}`);
});
