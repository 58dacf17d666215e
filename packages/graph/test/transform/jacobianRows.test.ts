/** Rows by samples against the whole Jacobian, of which they are the parts that belong to a sample. */
import { ShapeError, type Tensor, tensor } from "@metrigrad/tensor";
import test from "tape";
import {
  add,
  affine,
  conv2d,
  einsum,
  exp,
  gather,
  grad,
  input,
  jacobian,
  jacobianRows,
  jvp,
  laplacian,
  matmul,
  mean,
  mul,
  type Node,
  reshape,
  sin,
  slice,
  softmax,
  square,
  sub,
  sum,
  tanh,
  topological,
  transpose,
} from "../../src/index.ts";
import { evaluate, gap } from "../evaluate.ts";

const n = 3;
const x = input("x", [n, 2]);
const w1 = input("w1", [3, 4]);
const w2 = input("w2", [5, 2]);
const bias = input("bias", [4]);
const scale = input("scale", []);
const images = input("images", [n, 1, 3, 3]);
const filter = input("filter", [2, 1, 2, 2]);
const words = input("words", [n, 2], "i32");
const table = input("table", [5, 4]);
const sequence = input("sequence", [n, 2, 3]);
const given = [x, w1, w2, bias, scale, images, filter, words, table, sequence];

const nameOf = (node: Node) => (node.attrs as { readonly name: string }).name;
const draws = (seed: number, size: number) =>
  Float64Array.from({ length: size }, (_, i) => Math.sin(1.7 * (i + 1) + seed));
const feeds: Record<string, Tensor> = Object.fromEntries(
  given.map((node, seed) => {
    const size = node.shape.reduce((a, b) => a * b, 1);
    const values = node === words ? Int32Array.of(0, 3, 1, 1, 4, 2) : draws(seed, size);
    return [nameOf(node), tensor(values, { shape: node.shape })];
  }),
);

const hidden = (at: Node) => tanh(affine(at, w1));
const net = (at: Node) => affine(hidden(at), w2);
/** ∂u/∂x₀ of every sample, by a pullback. */
const slopeBack = (at: Node) => {
  const [by] = grad(sum(slice(net(at), [null, [0, 1]])), [at]) as [Node];
  return by;
};
/** Derivatives along x₀, forwards. */
const unit = tensor([
  [1, 0],
  [1, 0],
  [1, 0],
]);
const slopeForth = (at: Node) => jvp([net(at)], [at], [unit])[0] as Node;

const cases: readonly {
  readonly name: string;
  readonly of: Node;
  readonly by: readonly Node[];
  readonly inputs: readonly Node[];
}[] = [
  { name: "a net", of: net(x), by: [w1, w2], inputs: [x] },
  { name: "its slope by a pullback", of: slopeBack(x), by: [w1, w2], inputs: [x] },
  { name: "its slope forwards", of: slopeForth(x), by: [w1, w2], inputs: [x] },
  {
    name: "its second derivative, both ways nested",
    of: jvp([slopeBack(x)], [x], [unit])[0] as Node,
    by: [w2, w1],
    inputs: [x],
  },
  {
    name: "its Laplacian, with streams of all coordinates",
    of: mul(laplacian(net, x), net(x)),
    by: [w1, w2],
    inputs: [x],
  },
  {
    name: "streams in front of the samples",
    of: mean(square(matmul(reshape(transpose(sequence, [1, 0, 2]), [2 * n, 3]), w1)), { axis: 1 }),
    by: [w1],
    inputs: [sequence],
  },
  {
    name: "bias, scale, and a variable that is read twice in one op",
    of: mul(scale, add(square(add(matmul(x, slice(w1, [[0, 2]])), bias)), mul(bias, bias))),
    by: [bias, scale, w1],
    inputs: [x],
  },
  {
    name: "weights made of weights",
    of: matmul(x, mul(exp(scale), slice(matmul(w1, table, { transposeB: true }), [[0, 2]]))),
    by: [w1, table, scale],
    inputs: [x],
  },
  {
    name: "a convolution",
    of: mean(tanh(conv2d(images, filter)), { axis: [2, 3] }),
    by: [filter],
    inputs: [images],
  },
  {
    name: "a lookup",
    of: sum(square(gather(table, words)), { axis: 1 }),
    by: [table],
    inputs: [words],
  },
  {
    name: "attention",
    of: (() => {
      const q = einsum("nti,ij->ntj", sequence, w1);
      const scores = softmax(einsum("ntj,nsj->nts", q, q), { axis: 2 });
      return sum(einsum("nts,nsj->ntj", scores, mul(q, bias)), { axis: 1 });
    })(),
    by: [w1, bias],
    inputs: [sequence],
  },
  {
    name: "rows of a sample together",
    of: sin(affine(reshape(slice(sequence, [null, null, [0, 2]]), [n * 2, 2]), w1)),
    by: [w1],
    inputs: [sequence],
  },
];

for (const { name, of, by, inputs } of cases) {
  test(`jacobianRows: ${name}`, async (t) => {
    const rows = jacobianRows(of, by, { inputs, samples: n });
    const whole = by.map((one) => jacobian(of, one));
    const needed = new Set(topological([...rows, ...whole]));
    const own = given.filter((node) => needed.has(node)).map(nameOf);
    const found = await evaluate(
      [...rows, ...whole],
      Object.fromEntries(own.map((key) => [key, feeds[key] as Tensor])),
    );
    for (const [at, one] of by.entries()) {
      const size = one.shape.reduce((a, b) => a * b, 1);
      const values = (found[at] as Tensor).data();
      const all = (found[by.length + at] as Tensor).data();
      const r = of.shape.reduce((a, b) => a * b, 1) / n;
      const samplesLater = name.startsWith("streams");
      t.deepEqual(rows[at]?.shape, [n, r, ...one.shape], "shape");
      const expected = samplesLater
        ? Array.from({ length: n }, (_, s) =>
            Array.from({ length: r }, (__, k) => [
              ...all.slice((k * n + s) * size, (k * n + s + 1) * size),
            ]),
          ).flat(2)
        : [...all];
      t.ok(
        expected.some((value) => Math.abs(value) > 1e-3),
        "not all zeros",
      );
      t.ok(gap(values, expected) < 1e-12, "values");
    }
  });
}

test("jacobianRows: a batch of one sample", async (t) => {
  const one = input("one", [1, 2]);
  const of = mul(laplacian(net, one), net(one));
  const [rows] = jacobianRows(of, [w1], { inputs: [one] });
  const given = { ...feeds, one: tensor([[0.3, -0.8]]) };
  const needed = { one: given.one, w1: feeds.w1 as Tensor, w2: feeds.w2 as Tensor };
  const [found, whole] = await evaluate([rows as Node, jacobian(of, w1)], needed);
  t.deepEqual(rows?.shape, [1, 2, 3, 4]);
  t.ok(gap(found?.data() ?? [], whole?.data() ?? []) < 1e-12);
});

test("jacobianRows: refuses what has no rows", (t) => {
  const of = net(x);
  t.throws(
    () => jacobianRows(of, [w1], { inputs: [x], samples: 2 }),
    ShapeError,
    "samples that do not divide the rows",
  );
  t.throws(
    () => jacobianRows(sub(of, mean(of, { axis: 0, keepDims: true })), [w1], { inputs: [x] }),
    /jacobianRows: each element of the value must depend on one sample only, got sum over the samples/,
  );
  t.throws(
    () => jacobianRows(mul(bias, 2), [bias], { inputs: [x] }),
    /jacobianRows: variables must meet the samples in a product/,
    "a value without samples",
  );
  t.throws(
    () => jacobianRows(of, [w1], { inputs: [x], columns: input("c", [2, 3]) }),
    /jacobianRows: columns must be \[r, 3, 2\], got \[2, 3\]/,
  );
  t.throws(
    () => jacobianRows(of, [w1], { inputs: [x], rows: 3 } as never),
    /jacobianRows: options must be among inputs, samples, columns, got rows/,
  );
  t.end();
});
