// #region example
import { constant, cpu, type DefinedOp, defOp, evaluate, grad, type Node, neg } from "metrigrad";

// Returns its input; the gradient changes its sign on the way back.
const reversed: DefinedOp<null> = defOp({
  name: "reversed",
  infer: ([x]) => x as Node,
  vjp: (_, cotangent) => [neg(cotangent)],
  batch: (_, [x]) => reversed([x as Node], null),
  lower: (node, context) => context.place(node, context.view(node.inputs[0] as Node)),
});
const x = constant(3);
const y = reversed([x], null);

const backend = await cpu();
const store = await backend.store([]);
const { value, slope } = await evaluate({ value: y, slope: grad(y, x) }, { store });
console.log(value.item(), slope.item()); // 3 -1
await backend.close();
// #endregion example
