/** What convolutions become in a plan, and what they refuse; values and derivatives are in the table of cases. */
import test from "tape";
import {
  affinePatches,
  avgPool2d,
  contract,
  conv2d,
  convTranspose2d,
  einsum,
  grad,
  input,
  isLinearIn,
  maxPool2d,
  mul,
  samplesMixed,
  sum,
  windows,
} from "../../src/index.ts";
import { kindsOf, stepsOf } from "../steps.ts";

const x = input("x", [2, 3, 6, 6]);
const w = input("w", [28, 4]);
const layer = { kernel: [3, 3] };

test("a convolution is one product of a view of its input", (t) => {
  t.deepEqual(kindsOf(conv2d(x, input("k", [4, 3, 3, 3]))), ["matmul"]);
  t.deepEqual(kindsOf(affinePatches(x, w, layer)), ["matmul", "map"], "with a bias");
  const bars = input("bars", [2, 4, 4, 4]);
  const loss = sum(mul(affinePatches(x, w, layer), bars));
  const [forX, forW] = [kindsOf(grad(loss, x)), kindsOf(grad(loss, w))];
  t.deepEqual(
    forX.filter((kind) => kind !== "map"),
    ["convolve"],
    "products that are added where they fall",
  );
  t.deepEqual(forW.toSorted(), ["matmul", "reduce"], "written as one matrix");
  t.end();
});

test("the gradient by the input with many channels is a product of windows that reach over the ends", (t) => {
  const wide = input("wide", [2, 32, 6, 6]);
  const y = conv2d(wide, input("k", [8, 32, 3, 3]), { padding: 1 });
  const kinds = kindsOf(grad(sum(mul(y, input("bars", y.shape))), wide));
  t.deepEqual(
    kinds.filter((kind) => kind !== "map"),
    ["copy", "matmul"],
    "zeros around ȳ, a product",
  );
  t.end();
});

test("the gradient by the input of a strided convolution has a step per phase, where it belongs", (t) => {
  const large = input("large", [2, 3, 12, 12]);
  const y = affinePatches(large, w, { ...layer, stride: 2, padding: 1 });
  const steps = stepsOf(grad(sum(mul(y, input("bars", y.shape))), large));
  const phases = steps.flatMap((step) => (step.kind === "convolve" ? [step] : []));
  t.deepEqual(
    phases.map(({ a }) => String(a.shape.slice(-2))),
    ["1,1", "1,2", "2,1", "2,2"],
    "nine taps in all",
  );
  t.equal(new Set(phases.map(({ output }) => output.buffer)).size, 1, "into one buffer");
  t.notOk(steps.some(({ kind }) => kind === "copy"));
  t.end();
});

test("the gradient by the input of a strided convolution of few numbers has a product per phase, side by side", (t) => {
  const small = input("small", [2, 1, 6, 6]);
  const y = affinePatches(small, input("w", [10, 1]), { ...layer, stride: 2, padding: 1 });
  const steps = stepsOf(grad(sum(mul(y, input("bars", y.shape))), small));
  const products = steps.filter(({ kind }) => kind === "matmul");
  t.equal(products.length, 4);
  const [first] = products as [Extract<(typeof steps)[number], { kind: "matmul" }>];
  t.ok(
    products.every(
      (step) => step.kind === "matmul" && step.outputs[0]?.buffer === first.outputs[0]?.buffer,
    ),
    "into one buffer",
  );
  const taps = products.map((step) => (step.kind === "matmul" ? step.a.shape.slice(-2) : []));
  t.deepEqual(taps.map(String).toSorted(), ["1,1", "1,2", "2,1", "2,2"], "nine taps in all");
  t.end();
});

test("pools that do not overlap are one reduction, and their gradient moves each number once", (t) => {
  t.deepEqual(kindsOf(maxPool2d(x, 2)), ["reduce"]);
  const kinds = kindsOf(grad(sum(mul(avgPool2d(x, 2), input("bars", [2, 3, 3, 3]))), x));
  t.notOk(kinds.includes("reduce"), kinds.join(" "));
  t.end();
});

test("convolutions keep samples apart, and are linear in each operand", (t) => {
  const y = affinePatches(x, w, layer);
  t.equal(samplesMixed([maxPool2d(y, 2)], [x], 2), null);
  const mixed = samplesMixed(
    [contract(x, x, { a: [0, 1, 2, 3], b: [0, 1, 2, 4], out: [3, 4] })],
    [x],
    2,
  );
  t.equal(mixed?.how, "contract over the samples");
  t.ok(isLinearIn(conv2d(x, input("k", [4, 3, 3, 3])), x));
  t.ok(isLinearIn(windows(x, [2]), x));
  t.notOk(isLinearIn(contract(x, x, { a: [0, 1, 2, 3], b: [0, 1, 2, 4], out: [0, 3, 4] }), x));
  t.end();
});

test("convolutions, windows and contractions say what they want", (t) => {
  const kernel = input("k", [4, 3, 3, 3]);
  const cases: readonly (readonly [() => unknown, RegExp])[] = [
    [
      () => conv2d(input("x", [3, 6, 6]), kernel),
      /^ShapeError: conv2d: x must be \[n, channels, 2 more axes\], got \[3, 6, 6\]; reshape it/,
    ],
    [
      () => conv2d(x, input("k", [4, 2, 3, 3])),
      /^ShapeError: conv2d: w must have in\/groups = 3 channels on axis 1, got \[4, 2, 3, 3\]/,
    ],
    [() => conv2d(x, w), /conv2d: w must be \[out, in\/groups, kernel…\], got \[28, 4\]/],
    [
      () => conv2d(x, kernel, { bias: input("b", [3]) }),
      /conv2d: the bias must be \[4\], got \[3\]; one number per output channel/,
    ],
    [
      () => conv2d(x, kernel, { stride: [1, 2, 3] }),
      /conv2d: stride must be an integer from 1 on, or a list of 2, got \[1,2,3\]/,
    ],
    [() => conv2d(x, kernel, { dilation: 3 }), /conv2d: a patch of \[3, 3\] must fit in the input/],
    [() => conv2d(x, kernel, { groups: 2 }), /conv2d: groups must divide the channels/],
    [
      () => affinePatches(x, w, { kernel: [2, 2] }),
      /affinePatches: w must be \[13, out\], the bias in its last row, got \[28, 4\]/,
    ],
    [
      () => convTranspose2d(x, input("k", [2, 4, 3, 3])),
      /convTranspose2d: w must have 3 channels on axis 0, got \[2, 4, 3, 3\]/,
    ],
    [
      () => windows(x, [7]),
      /^ShapeError: windows: there must be an axis of its own for each size, in which a window fits, got sizes \[7\]/,
    ],
    [
      () => contract(x, x, { a: [0, 1, 2, 3], b: [0, 1, 3, 2], out: [0, 4] }),
      /^ShapeError: contract: what is in one operand alone must be in the result, and nothing else/,
    ],
    [
      () => contract(x, w, { a: [0, 1, 2, 3], b: [3, 4], out: [0, 1, 2, 4] }),
      /contract: index 3 must have one size, got float \[2, 3, 6, 6\] and float \[28, 4\]/,
    ],
    [
      () => contract(x, w, { a: [0, 1, 2, 2], b: [3, 4], out: [0, 1, 2, 3, 4] }),
      /contract: an index may stand once in a list/,
    ],
    [
      () => contract(w, w, { a: [0, 1, 2], b: [0, 3], out: [1, 2, 3] }),
      /contract: each axis must have an index/,
    ],
  ];
  for (const [make, message] of cases) t.throws(make, message);
  t.end();
});

test("einsum says what it wants", (t) => {
  const a = input("a", [2, 3]);
  const cases: readonly (readonly [() => unknown, RegExp])[] = [
    [
      () => einsum("ij,jk->ik", a),
      /^ShapeError: einsum: there must be an operand for each of 2 parts, got "ij,jk->ik" for \[2, 3\]; write a letter per axis/,
    ],
    [() => einsum("ij,jk->ik", a, a), /axes of "j" must have one size/],
    [() => einsum("ijk->i", a), /operand 0 must have an axis for each letter/],
    [() => einsum("ij->ik", a), /letters of the result must be of operands, and each stand once/],
    [() => einsum("i1->i", a), /the text must be letters, commas and one ->/],
  ];
  for (const [make, message] of cases) t.throws(make, message);
  t.end();
});
