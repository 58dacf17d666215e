/** What is linear in what, and the ops that tell how a value is used. */
import { tensor } from "@metrigrad/tensor";
import test from "tape";
import {
  add,
  affine,
  affinePatches,
  broadcastTo,
  concat,
  constant,
  cumsum,
  div,
  gather,
  greater,
  input,
  isLinearIn,
  matmul,
  mean,
  mul,
  type Node,
  neg,
  pad,
  relu,
  replaceNodes,
  reshape,
  sin,
  slice,
  square,
  stopGradient,
  structuralOps,
  sub,
  sum,
  transpose,
  where,
} from "../../src/index.ts";
import { evaluate, gap } from "../evaluate.ts";

const x = input("x", [3, 2]);
const other = input("other", [3, 2]);

const linear: Readonly<Record<string, Node>> = {
  itself: x,
  "a multiple": mul(x, 3),
  "a product by a value": mul(other, x),
  "a quotient": div(x, add(square(other), 1)),
  "a sum of two ways": sub(mul(x, 2), neg(x)),
  "an offset": add(x, other),
  "a product on the left": matmul(x, constant(tensor([[1], [2]]))),
  "a product on the right": matmul(transpose(other), x),
  views: reshape(transpose(slice(x, [[0, 2]])), [4]),
  "joins and pads": concat([pad(x, [[1, 0]]), other], 0),
  "sums and means": add(sum(x, { axis: 0 }), mean(x, { axis: 0 })),
  "running sums": cumsum(x, { axis: 0, reverse: true }),
  "a broadcast": broadcastTo(sum(x), [2, 2]),
};

const notLinear: Readonly<Record<string, Node>> = {
  "a square": mul(x, x),
  "a function": sin(x),
  "a kink": relu(x),
  "one below": div(1, x),
  "a quotient by a function of it": div(x, sum(x)),
  "a product with itself": matmul(transpose(x), x),
  "two ways that meet in a product": mul(sum(x), slice(x, [[0, 1]])),
  "a sum with a function": add(x, sin(x)),
  "what does not depend on it": other,
};

test("isLinearIn: linear and affine maps are, others are not", (t) => {
  for (const [name, node] of Object.entries(linear)) t.ok(isLinearIn(node, x), name);
  for (const [name, node] of Object.entries(notLinear)) t.notOk(isLinearIn(node, x), name);
  t.end();
});

test("isLinearIn: what it says holds in numbers", async (t) => {
  // f(x + 2d) − 2f(x + d) + f(x) = 0 of an affine map.
  const feeds = (h: number) => ({
    x: [0, 1, 2, 3, 4, 5].map((i) => 0.3 + Math.sin(i) + h * Math.cos(3 * i)),
  });
  const fixed = [0.4, -1, 0.7, 2, 0.1, -0.6];
  const shaped = (values: readonly number[]) => tensor([...values], { dtype: "f64" });
  const flat = input("flat", [6]);
  const otherFlat = input("otherFlat", [6]);
  for (const [name, node] of Object.entries({ ...linear, ...notLinear })) {
    const values = [];
    for (const h of [0, 1, 2]) {
      const [seen] = replaceNodes(
        [node],
        new Map<Node, Node>([
          [x, reshape(flat, [3, 2])],
          [other, reshape(otherFlat, [3, 2])],
        ]),
      ) as [Node];
      const probe = add(seen, mul(0, add(sum(flat), sum(otherFlat))));
      const [value] = await evaluate([probe], {
        flat: shaped(feeds(h).x),
        otherFlat: shaped(fixed),
      });
      values.push([...(value?.data() ?? [])]);
    }
    const [a = [], b = [], c = []] = values;
    const curvature = gap(
      a.map((value, i) => value + (c[i] as number)),
      b.map((value) => 2 * value),
    );
    const still = name === "what does not depend on it";
    t.equal(curvature < 1e-9, name in linear || still, `${name}: ${curvature}`);
  }
});

test("isLinearIn: what takes part in the map can be restricted", (t) => {
  const map = mul(matmul(x, constant(tensor([[1], [2]]))), input("weights", [3, 1]));
  t.ok(isLinearIn(map, x));
  const constantsOnly = (node: Node) => node.op === constant(1).op;
  t.notOk(isLinearIn(map, x, constantsOnly));
  t.ok(isLinearIn(matmul(x, constant(tensor([[1], [2]]))), x, constantsOnly));
  t.end();
});

test("isLinearIn: a stopped gradient is no linear way", (t) => {
  t.notOk(isLinearIn(mul(stopGradient(x), x), x));
  t.end();
});

test("structuralOps: the ops of the nodes that the functions make", (t) => {
  const w = input("w", [3, 4]);
  const table = input("table", [5, 2]);
  const made: Readonly<Record<keyof typeof structuralOps, Node>> = {
    affine: affine(x, w),
    // Seen as images; the product itself lies behind.
    affinePatches: affinePatches(reshape(x, [1, 3, 2]), w, { kernel: [1], bias: false }).inputs[0]
      ?.inputs[0] as Node,
    matmul: matmul(x, slice(w, [[0, 2]])),
    transpose: transpose(x),
    reshape: reshape(x, [6]),
    gather: gather(table, input("rows", [2], "i32")),
    add: add(x, other),
    mul: mul(x, other),
    where: where(greater(x, other), x, other),
  };
  t.deepEqual(Object.keys(structuralOps).sort(), Object.keys(made).sort());
  for (const [name, node] of Object.entries(made)) {
    t.equal(node.op, structuralOps[name as keyof typeof made], name);
  }
  t.ok(Object.isFrozen(structuralOps));
  t.end();
});
