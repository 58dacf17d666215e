/** Ops that mix samples are found; those that keep them apart pass. */
import {
  add,
  affine,
  argMax,
  broadcastTo,
  cast,
  cholesky,
  concat,
  constant,
  div,
  exp,
  expandDims,
  flip,
  gather,
  gram,
  input,
  logSoftmax,
  matmul,
  max,
  mean,
  mul,
  type Node,
  pad,
  reshape,
  rowsPerSample,
  samplesMixed,
  slice,
  softmax,
  sqrt,
  square,
  stopGradient,
  sub,
  sum,
  tanh,
  transpose,
  triangularSolve,
  variable,
  variance,
} from "@metrigrad/graph";
import { tensor } from "@metrigrad/tensor";
import test from "tape";

const n = 3;
const x = input("x", [n, 4]);
const seq = input("seq", [n, 5, 4]);
const w = variable("w", [5, 2]);
const square4 = variable("s", [4, 4]);
/** q·k between the positions of each sample. */
const attention = (q: Node, k: Node) =>
  matmul(softmax(matmul(q, k, { transposeB: true }), { axis: -1 }), k);
/** Patches [n·2·2, 4] of images [n, 3, 3], as a convolution multiplies them. */
const patches = (image: Node) => {
  const cut = [0, 1].flatMap((i) =>
    [0, 1].map((j) => expandDims(slice(image, [null, [i, i + 2], [j, j + 2]]), 3)),
  );
  return reshape(concat(cut, 3), [n * 4, 4]);
};
const image = input("image", [n, 3, 3]);
const indices = input("indices", [n, 5], "i32");

const apart: readonly (readonly [what: string, output: Node])[] = [
  ["dense", tanh(affine(x, w))],
  ["two layers", affine(affine(x, w), variable("v", [3, 2]))],
  ["dense on positions", affine(seq, w)],
  ["folded positions and back", reshape(affine(reshape(seq, [n * 5, 4]), w), [n, 10])],
  ["a convolution by patches", reshape(affine(patches(image), w), [n, 2, 2, 2])],
  ["mean over positions", mean(seq, { axis: 1 })],
  [
    "layer norm",
    div(
      sub(x, mean(x, { axis: 1, keepDims: true })),
      sqrt(variance(x, { axis: 1, keepDims: true })),
    ),
  ],
  ["softmax over classes", logSoftmax(x, { axis: 1 })],
  ["attention over positions", attention(seq, seq)],
  [
    "attention with heads",
    attention(
      transpose(reshape(seq, [n, 5, 2, 2]), [0, 2, 1, 3]),
      transpose(reshape(seq, [n, 5, 2, 2]), [0, 2, 1, 3]),
    ),
  ],
  ["embedding", gather(variable("table", [7, 2]), indices)],
  ["positions first", transpose(matmul(transpose(seq, [1, 0, 2]), square4), [1, 0, 2])],
  [
    "positions first, folded",
    mean(reshape(affine(reshape(transpose(seq, [1, 0, 2]), [5 * n, 4]), w), [5, n, 2]), {
      axis: 0,
    }),
  ],
  ["the first position", slice(seq, [null, [0, 1]])],
  [
    "the first position of folded rows",
    add(reshape(slice(reshape(seq, [n * 5, 4]), [[0, n * 5, 5]]), [n, 4]), x),
  ],
  ["two parts, one after the other", matmul(reshape(concat([x, x], 0), [2 * n, 4]), square4)],
  [
    "padded positions",
    pad(seq, [
      [0, 0],
      [1, 1],
    ]),
  ],
  ["a gram of each sample", gram(seq)],
  ["a product of each sample", matmul(seq, seq, { transposeA: true })],
  ["argmax over classes", cast(argMax(x, { axis: 1 }), "float")],
  [
    "a solve per sample",
    triangularSolve(cholesky(matmul(seq, seq, { transposeA: true })), transpose(seq)),
  ],
  ["a copy for each outcome", mul(broadcastTo(x, [2, n, 4]), expandDims(x, 0))],
  ["parameters alone", mean(w, { axis: 0 })],
];

for (const [what, output] of apart) {
  test(`samplesMixed: none in ${what}`, (t) => {
    const found = samplesMixed([output], [x, seq, image, indices], n);
    t.equal(found, null, found?.how ?? "none");
    t.end();
  });
}

const mixed: readonly (readonly [what: string, output: Node, how: string])[] = [
  ["a mean of the batch", sub(x, mean(x, { axis: 0 })), "sum over the samples"],
  [
    "a mean of the batch without a gradient",
    sub(x, stopGradient(mean(x, { axis: 0 }))),
    "sum over the samples",
  ],
  ["a variance of all", variance(x), "sum over the samples"],
  ["the largest of the batch", max(x, { axis: 0 }), "max over the samples"],
  ["softmax over axis 0", softmax(x, { axis: 0 }), "max over the samples"],
  [
    "softmax over axis 0, spelled out",
    div(exp(x), sum(exp(x), { axis: 0 })),
    "sum over the samples",
  ],
  ["statistics of batch and positions", mean(seq, { axis: [0, 1] }), "sum over the samples"],
  ["a mean of folded rows", mean(reshape(seq, [n * 5, 4]), { axis: 0 }), "sum over the samples"],
  ["attention over samples", attention(x, x), "matmul of samples with one another"],
  ["a product over samples", matmul(x, x, { transposeA: true }), "matmul over the samples"],
  [
    "a fixed map of samples",
    matmul(
      constant(
        tensor([
          [0, 1, 0],
          [0, 0, 1],
          [1, 0, 0],
        ]),
      ),
      x,
    ),
    "matmul over the samples",
  ],
  [
    "differences of all pairs",
    sum(square(sub(expandDims(x, 1), expandDims(x, 0))), { axis: 2 }),
    "sub of samples with one another",
  ],
  ["a gram of the batch", gram(x), "gram over the samples"],
  [
    "samples as features",
    affine(transpose(x), variable("u", [n + 1, 2])),
    "affine over the samples",
  ],
  ["argmax over the batch", cast(argMax(x, { axis: 0 }), "float"), "argMax over the samples"],
];

for (const [what, output, how] of mixed) {
  test(`samplesMixed: finds ${what}`, (t) => {
    const found = samplesMixed([output], [x, seq], n);
    t.equal(found?.how, how);
    t.end();
  });
}

test("rowsPerSample: where the samples lie among rows", (t) => {
  const [own, steps, width] = seq.shape as readonly [number, number, number];
  const inner = (value: Node) => rowsPerSample(value, [seq], n);
  t.equal(inner(reshape(seq, [-1, width])), (own * steps) / n, "those of a sample together");
  const first = transpose(seq, [1, 0, 2]);
  t.equal(inner(reshape(first, [-1, width])), own / n, "time first");
  t.equal(inner(matmul(reshape(first, [-1, width]), variable("v", [width, 2]))), own / n);
  const parts = [0, 1].map((at) => reshape(slice(seq, [null, [at, at + 1]]), [own, width]));
  t.equal(inner(concat(parts, 0)), own / n, "steps one after the other");
  t.equal(inner(first), null, "not on the first axis");
  t.equal(inner(flip(seq, { axis: 1 })), 1, "steps backwards");
  t.equal(inner(flip(seq, { axis: 0 })), null, "samples backwards");
  t.equal(inner(gather(seq, constant(tensor(Int32Array.of(2, 0, 1))))), null, "unknown");
  t.end();
});

test("samplesMixed: what is not certain is not found, and one sample mixes with none", (t) => {
  const shuffled = gather(x, constant(tensor(Int32Array.of(2, 0, 1))));
  t.equal(samplesMixed([add(x, shuffled)], [x], n), null, "rows by fixed indices");
  const one = input("one", [1, 4]);
  t.equal(samplesMixed([mean(one, { axis: 0 })], [one], 1), null, "one sample");
  t.equal(samplesMixed([mean(x, { axis: 0 })], [], n), null, "no inputs");
  t.end();
});
