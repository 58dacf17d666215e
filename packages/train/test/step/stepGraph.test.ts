/** What an optimizer knows of the loss stands for it in a step. */
import { compile, input, mean, type Node, relu, square, sub } from "@metrigrad/graph";
import { applyModel, dense, sequential } from "@metrigrad/nn";
import { groups, lbfgs, sgd } from "@metrigrad/optim";
import { reference, tensor } from "@metrigrad/tensor";
import test from "tape";
import { trainingStep } from "../../src/index.ts";

test("groups: beside an optimizer that moves other parameters the loss is that of the batch", async (t) => {
  const model = sequential(dense(1, 4, { activation: relu }), dense(4, 1));
  const backend = await reference();
  const store = await backend.store(model, { seed: 2 });
  const x = tensor([[1], [2], [-1]]);
  const loss = (at: Node, output: Node) => mean(square(sub(output, square(at))));
  const optimizer = groups({ "dense0/*": lbfgs(), others: sgd({ learningRate: 0.01 }) });
  const step = await trainingStep(store, {
    optimizer,
    feeds: { x: [3, 1] },
    loss: (batch, { apply }) => loss(batch.x, apply(model, batch.x)),
  });
  const rows = input("x", [3, 1]);
  const program = await compile({ outputs: [loss(rows, applyModel(model, rows).output)] }, store);
  for (let at = 0; at < 6; at++) {
    const [handle] = await program.run({ x });
    const now = (await handle?.read())?.item();
    t.equal((await step.run({ x })).loss, now, `step ${at}`);
  }
  await backend.close();
});
