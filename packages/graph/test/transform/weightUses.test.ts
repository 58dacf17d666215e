/** Uses of weights: what they say of the gradient, added up, is the gradient of the whole. */
import { type Tensor, tensor } from "@metrigrad/tensor";
import test from "tape";
import {
  add,
  affine,
  constant,
  conv2d,
  fill,
  grad,
  input,
  laplacian,
  matmul,
  mul,
  type Node,
  partial,
  slice,
  square,
  sub,
  sum,
  tanh,
  transpose,
  type WeightUse,
  weightUses,
} from "../../src/index.ts";
import { evaluate } from "../evaluate.ts";

const n = 4;
const drawn = (seed: number, shape: readonly [number, number]) => {
  const size = shape[0] * shape[1];
  return constant(
    tensor(
      Float64Array.from({ length: size }, (_, i) => Math.sin(1.7 * (i + 1) + seed)),
      { shape },
    ),
  );
};
const x = drawn(0, [n, 2]);
const w1 = drawn(1, [3, 5]);
const w2 = drawn(2, [6, 3]);
const w3 = drawn(3, [4, 1]);

const net = (at: Node) => affine(tanh(affine(tanh(affine(at, w1)), w2)), w3);
const column = (value: Node, at: number) => slice(value, [null, [at, at + 1]]);
/** ∂²/∂x₀² + ∂²/∂x₁² by pullbacks of pullbacks. */
const backwards = (at: Node) => {
  const first = grad(sum(net(at)), at);
  const second = [0, 1].map((i) => column(grad(sum(column(first, i)), at), i));
  return add(second[0] as Node, second[1] as Node);
};

const cases: Readonly<Record<string, Node>> = {
  "a net": net(x),
  "its Laplacian by streams, and itself": sub(laplacian(net, x), net(x)),
  "its Laplacian by pullbacks, where weights act transposed": backwards(x),
  "one derivative": partial(net, x, [1]),
  "weights on the left": add(
    transpose(
      matmul(
        slice(w2, [
          [1, 2],
          [0, 2],
        ]),
        transpose(x),
      ),
    ),
    matmul(transpose(matmul(w3, transpose(column(x, 1)))), fill([4, 1], 1)),
  ),
  "rows by themselves": mul(
    square(
      sum(
        mul(
          slice(w1, [
            [2, 3],
            [1, 3],
          ]),
          x,
        ),
        { axis: 1, keepDims: true },
      ),
    ),
    column(x, 0),
  ),
};

const options = (value: Node) => ({
  inputs: [x],
  samples: n,
  columns: fill([1, ...value.shape], 1),
  other: (node: Node, weight: Node) => new Error(`${node.op.name} of ${weight.op.name}`),
});

/** X̃'Ḡ, or its transpose, at its place in W. */
async function added(use: WeightUse, [d = 0, m = 0]: readonly number[], total: number[][]) {
  const [inputs, bars] = (await evaluate([use.inputs, use.cotangents])) as [Tensor, Tensor];
  const [rows = 0, p = 0] = inputs.shape;
  const q = bars.shape[2] as number;
  const [row, at] = use.begin;
  for (let s = 0; s < rows; s++) {
    for (let i = 0; i < p + (use.bias ? 1 : 0); i++) {
      const input = i < p ? (inputs.data()[s * p + i] as number) : 1;
      for (let j = 0; j < q; j++) {
        const [down, along] = use.transposed ? [j, i] : [i, j];
        if (row + down >= d || at + along >= m) throw new Error("outside of the weight");
        const line = total[row + down] as number[];
        const own = input * (bars.data()[s * q + j] as number);
        line[at + along] = (line[at + along] as number) + own;
      }
    }
  }
}

for (const [name, value] of Object.entries(cases)) {
  test(`weightUses: ${name}: the gradient is the sum over all uses`, async (t) => {
    const weights = [w1, w2, w3];
    const found = weightUses("test", value, weights, options(value));
    let uses = 0;
    for (const weight of weights) {
      const total = Array.from({ length: weight.shape[0] as number }, () =>
        new Array<number>(weight.shape[1] as number).fill(0),
      );
      for (const use of found.get(weight) ?? []) await added(use, weight.shape, total);
      uses += found.get(weight)?.length ?? 0;
      const [expected] = await evaluate([grad(sum(value), weight, { unused: "zero" })]);
      const off = total
        .flat()
        .map((one, at) => Math.abs(one - ((expected as Tensor).data()[at] as number)));
      t.ok(Math.max(...off) < 1e-12, `${Math.max(...off)}`);
    }
    t.ok(uses > 0);
  });
}

test("weightUses: the Laplacian of a net has a use for each stream of each layer", (t) => {
  const value = laplacian(net, x);
  const found = weightUses("test", value, [w1, w2, w3], options(value));
  const kinds = [w1, w2, w3].map((weight) =>
    (found.get(weight) ?? []).map(({ inputs, bias, inner }) => [inputs.shape[0], bias, inner]),
  );
  t.deepEqual(kinds, [
    [
      [n, true, 1],
      [2 * n, false, 2],
    ],
    [
      [n, true, 1],
      [2 * n, false, 1],
      [n, false, 1],
    ],
    [[n, false, 1]],
  ]);
  t.end();
});

test("weightUses: what is computed twice is one use", (t) => {
  const twice = add(laplacian(net, x), mul(net(x), partial(net, x, [1])));
  const found = weightUses("test", twice, [w1, w2, w3], options(twice));
  // z = x̃W once, the streams of both coordinates, and the one of the second alone.
  t.deepEqual(
    found.get(w1)?.map(({ inputs, bias }) => [inputs.shape[0], bias]),
    [
      [n, true],
      [2 * n, false],
      [n, false],
    ],
  );
  t.end();
});

test("weightUses: what is no product and has no rows is told to the caller", (t) => {
  const images = input("images", [n, 1, 3, 3]);
  const filter = input("filter", [1, 1, 2, 2]);
  const asked = { ...options(fill([n, 1, 2, 2], 1)), inputs: [images] };
  t.throws(
    () => weightUses("test", conv2d(images, filter), [filter], asked),
    /^Error: .* of input/,
  );
  const squared = matmul(x, square(slice(w1, [[0, 2]])));
  t.throws(() => weightUses("test", squared, [w1], options(squared)), /^Error: matmul of constant/);
  t.end();
});
