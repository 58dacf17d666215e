/** f(x′) − f(x), by the same graph at both values and with the digits of small changes. */
import { reference, type Tensor, tensor } from "@metrigrad/tensor";
import test from "tape";
import {
  add,
  cast,
  compile,
  concat,
  div,
  exp,
  finiteDifference,
  gather,
  greater,
  input,
  iota,
  matmul,
  mean,
  mul,
  type Node,
  neg,
  replaceNodes,
  scan,
  square,
  sub,
  sum,
  tanh,
  transpose,
  where,
} from "../../src/index.ts";
import { evaluate, gap } from "../evaluate.ts";

const [x, y, w] = [input("x", [2, 3]), input("y", [2, 3]), input("w", [3, 2])];
const [dx, dw] = [input("dx", [2, 3]), input("dw", [3, 2])];
const moved = new Map<Node, Node>([
  [x, add(x, dx)],
  [w, add(w, dw)],
]);
const values = (numbers: readonly number[], shape: readonly number[]) =>
  tensor(Float64Array.from(numbers), { shape: [...shape] });
const feeds: Readonly<Record<string, Tensor>> = {
  x: values([0.3, -1.2, 0.7, 0.5, 2, -0.4], [2, 3]),
  y: values([1, 0.5, -2, 0.1, 0.2, 3], [2, 3]),
  w: values([0.5, -1, 2, 0.3, 0.7, -0.2], [3, 2]),
  dx: values([0.1, -0.5, 0.02, 1, -3, 0.3], [2, 3]),
  dw: values([-0.2, 0.4, 0.6, -0.1, 0.05, 1], [3, 2]),
};

const cases: Readonly<Record<string, Node>> = {
  "a value itself": x,
  "what does not change": sum(mul(y, 2)),
  "a sum with a constant": neg(add(mul(mean(square(sub(y, x))), 0.5), 0.9)),
  "a product of what changes, and broadcasting": mul(x, sum(x, { axis: 1, keepDims: true })),
  "a product with what does not": mul(y, x),
  "a matrix product of what changes": matmul(x, w),
  "a matrix product with what does not, from either side": add(
    matmul(y, w),
    transpose(matmul(w, y, { transposeA: true, transposeB: true })),
  ),
  "a quotient": add(div(x, y), div(y, add(square(x), 1))),
  "a choice": where(greater(y, 0.3), x, y),
  "a choice that changes": where(greater(x, 0), x, mul(y, x)),
  "a choice of one value": where(greater(y, 0.3), 5, sum(x)),
  "functions, and rows": tanh(gather(concat([exp(x), y, x], 0), iota(3))),
  "a number of cases": sum(cast(greater(x, 0), "float")),
  "a loop": scan((carry) => ({ carry: tanh(add(carry, x)), y: [] }), y, null, { turns: 3 }).carry,
};

for (const [name, node] of Object.entries(cases)) {
  test(`finiteDifference: ${name}`, async (t) => {
    const [found] = finiteDifference([node], moved) as [Node];
    t.deepEqual([found.shape, found.type], [node.shape, node.type]);
    const [after] = replaceNodes([node], moved) as [Node];
    const used = (nodes: readonly Node[]) => evaluate(nodes, feedsOf(nodes));
    const [own, before, then] = (await used([found, node, after])).map((one) => one.data());
    const expected = Array.from(then ?? [], (value, at) => value - (before?.[at] ?? 0));
    t.ok(gap(own ?? [], expected) < 1e-14);
  });
}

/** Values of the inputs that nodes read. */
function feedsOf(nodes: readonly Node[]): Record<string, Tensor> {
  const names = new Set<string>();
  const open = [...nodes];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.op.name === "input") names.add((node.attrs as { name: string }).name);
    open.push(...node.inputs);
  }
  return Object.fromEntries(Object.entries(feeds).filter(([name]) => names.has(name)));
}

test("finiteDifference: a small change of a large value keeps its digits in float32", async (t) => {
  const h = input("h", [4]);
  const to = input("to", [4]);
  const loss = add(mul(sum(square(h)), 0.5), 100);
  const outputs = {
    found: finiteDifference([loss], new Map([[h, to]]))[0] as Node,
    before: loss,
    after: replaceNodes([loss], new Map([[h, to]]))[0] as Node,
  };
  const from = Float32Array.of(1e-4, -2e-4, 3e-4, 1e-5);
  const shorter = from.map((value) => 0.9 * value);
  const exact = from.reduce((all, value, at) => {
    return all + ((shorter[at] ?? 0) ** 2 - value ** 2) / 2;
  }, 0);
  const backend = await reference();
  const store = await backend.store([], { float: "f32" });
  const program = await compile({ outputs }, store);
  const { found, before, after } = await program.run({ h: tensor(from), to: tensor(shorter) });
  const own = (await found.read()).item();
  t.ok(Math.abs(own / exact - 1) < 1e-6, `${own} and ${exact}`);
  t.equal((await after.read()).item(), (await before.read()).item(), "the values are equal");
  await backend.close();
});
