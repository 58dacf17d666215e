import { classesOf, dataSet, inputScaleOf, rowsOf, splitsOf } from "@metrigrad/data";
import { DataError, hostArray, type Tensor, tensor } from "@metrigrad/tensor";
import test from "tape";

const inputs = (rows: number, width = 2) =>
  tensor(hostArray("u8", rows * width), { shape: [rows, width] });
const labels = (...values: number[]) => tensor(Int32Array.from(values));
const good = {
  name: "toy",
  train: { inputs: inputs(3), targets: labels(0, 1, 1) },
  valid: { inputs: inputs(1), targets: labels(1) },
  test: { inputs: inputs(0), targets: labels() },
  inputScale: 1 / 255,
  classes: 2,
};

test("dataSet returns a frozen value with what it was given", async (t) => {
  const data = dataSet(good);
  const scaled = (split: object) => ({ ...split, inputScale: 1 / 255 });
  const { train, valid, test: last } = good;
  t.deepEqual(data, { ...good, train: scaled(train), valid: scaled(valid), test: scaled(last) });
  t.ok(Object.isFrozen(data) && Object.isFrozen(data.train) && Object.isFrozen(data.test));
});

test("splits of another data set bring their scale along", async (t) => {
  const data = dataSet(good);
  const again = dataSet({ train: data.train, test: data.test });
  t.equal(again.inputScale, 1 / 255);
  t.equal(again.test.inputScale, 1 / 255);
  t.equal(dataSet({ train: data.train, inputScale: 0.5 }).train.inputScale, 0.5);
  t.throws(
    () => dataSet({ train: data.train, valid: good.valid }),
    /splits must have the inputScale of train, 0.0039\d*, got none of valid; say the inputScale/,
  );
});

test("dataSet takes targets of any shape where there are no classes", async (t) => {
  const targets = (rows: number) => tensor(hostArray("f32", rows * 4), { shape: [rows, 4] });
  const split = (rows: number) => ({ inputs: inputs(rows), targets: targets(rows) });
  const data = dataSet({ name: "curve", train: split(2), valid: split(1), test: split(1) });
  t.deepEqual(data.valid.targets.shape, [1, 4]);
});

const bad = [
  {
    what: "rows that do not match",
    data: { ...good, valid: { inputs: inputs(2), targets: labels(1) } },
    says: /dataSet\(toy\): the valid split must have one row .* inputs \[2, 2\] and targets \[1\]/,
  },
  {
    what: "a scalar",
    data: { ...good, test: { inputs: tensor(1), targets: tensor(1) } },
    says: /the test split must .* inputs \[\] and targets \[\]; put samples first/,
  },
  {
    what: "nothing to train on",
    data: { ...good, train: good.test },
    says: /the train split must have rows, got none/,
  },
  {
    what: "splits of different width",
    data: { ...good, valid: { inputs: inputs(1, 3), targets: labels(1) } },
    says: /a row of valid inputs must have the type and shape of train's, u8 \[2\], got u8 \[3\]/,
  },
  {
    what: "a class that does not exist",
    data: { ...good, train: { inputs: inputs(3), targets: labels(0, 2, 1) } },
    says: /train targets must be \[rows\] of class indices 0 … 1, got 2 in row 1/,
  },
  { what: "a scale of 0", data: { ...good, inputScale: 0 }, says: /inputScale must be .*got 0/ },
  {
    what: "a scale of NaN",
    data: { ...good, inputScale: NaN },
    says: /inputScale must be .*got NaN/,
  },
];

for (const { what, data, says } of bad) {
  test(`dataSet refuses ${what}`, async (t) => {
    t.throws(() => dataSet(data), says);
    t.throws(() => dataSet(data), DataError);
  });
}

test("dataSet takes trees and arrays, and infers types of them", async (t) => {
  const data = dataSet({
    train: {
      inputs: {
        image: new Float32Array([1, 2, 3]),
        words: [
          [
            [1, 2],
            [3, 4],
            [5, 6],
          ],
          labels(7, 8, 9),
        ],
      },
      targets: { digit: [0, 1, 2], angle: [[0.5], [1], [2]] },
      weights: [1, 0, 2.5],
    },
    inputScale: { image: 0.5 },
    classes: { digit: 3 },
  });
  const image: Tensor = data.train.inputs.image;
  const words: readonly [Tensor, Tensor] = data.train.inputs.words;
  const digit: Tensor = data.train.targets.digit;
  t.deepEqual([image.dtype, image.shape], ["f32", [3]]);
  t.deepEqual(
    words.map(({ shape }) => shape),
    [[3, 2], [3]],
  );
  t.deepEqual([digit.dtype, digit.toArray()], ["i32", [0, 1, 2]]);
  t.deepEqual(data.train.weights?.toArray(), [1, 0, 2.5]);
  t.equal(data.name, "data");
  t.notOk("valid" in data || "test" in data, "absent splits stay absent");
  t.deepEqual(
    splitsOf(data).map(([name]) => name),
    ["train"],
  );
  t.equal(rowsOf(data.train), 3);
  t.equal(rowsOf(data.train.targets), 3);
  t.deepEqual([inputScaleOf(data, "image"), inputScaleOf(data, "words/0")], [0.5, 1]);
  t.deepEqual([classesOf(data, "digit"), classesOf(data, "angle")], [3, undefined]);
  t.deepEqual([inputScaleOf(good), classesOf(good)], [1 / 255, 2]);
  t.deepEqual(dataSet(data), data, "a data set is one of its own parts");
});

test("a list of typed arrays is a tree; rows of numbers are one tensor", async (t) => {
  const targets = [0, 1];
  const list = dataSet({ train: { inputs: [Uint8Array.of(1, 2), [true, false]], targets } });
  t.deepEqual(
    list.train.inputs.map(({ dtype }) => dtype),
    ["u8", "bool"],
  );
  const rows = dataSet({
    train: {
      inputs: [
        [1, 2, 3],
        [4, 5, 6],
      ],
      targets,
    },
  });
  const one: Tensor = rows.train.inputs;
  t.deepEqual(one.shape, [2, 3]);
});

const train = { inputs: [[1], [2]], targets: [0, 1] };
const two = { inputs: { a: [[1], [2]], b: [3, 4] }, targets: [0, 1] };
const wrong: [string, unknown, RegExp][] = [
  ["nothing", undefined, /dataSet: options must be an object, got undefined/],
  [
    "no split",
    {},
    /dataSet\(data\): train must be a split, got undefined; pass \{ inputs, targets/,
  ],
  ["a tensor as a split", { train: tensor([1]) }, /train must be a split, got a object/],
  ["null as a split", { train, valid: null }, /valid must be a split, got null/],
  ["no targets", { train: { inputs: [1] } }, /train targets must be a tensor, .* got undefined/],
  [
    "a text",
    { train: { inputs: ["a"], targets: [1] } },
    /train inputs must be .* got a string at 0/,
  ],
  ["a Map", { train: { inputs: new Map(), targets: [1] } }, /got a Map at its root/],
  ["an empty tree", { train: { inputs: {}, targets: [1] } }, /train inputs .* got an empty tree/],
  [
    "a ragged array",
    { train: { inputs: { a: [[1], [2, 3]] }, targets: [1, 2] } },
    /dataSet\(data\), train inputs\/a: rows of axis 1 must have 1/,
  ],
  [
    "i64 elements",
    { train: { inputs: BigInt64Array.of(1n), targets: [1] } },
    /train inputs: a typed array must be .* got BigInt64Array/,
  ],
  ["a misspelt split", { train, vaild: train }, /dataSet: options must be among .* got vaild/],
  [
    "a misspelt part",
    { train: { ...train, weight: [1, 1] } },
    /dataSet\(data\), train: .* inputs, targets, weights, inputScale, targetsAre, got weight/,
  ],
  ["an empty name", { name: "", train }, /dataSet: name must be a text/],
  [
    "leaves of different rows",
    { train: { ...two, inputs: { a: [[1]], b: [3, 4] } } },
    /inputs\/a \[1, 1\] and inputs\/b \[2\] and targets \[2\]/,
  ],
  [
    "other trees",
    { train: two, valid: train },
    /dataSet\(data\), valid inputs: the tree must have a record of \{ a, b \} at its root, got one leaf/,
  ],
  [
    "other element types",
    { train, test: { ...train, inputs: tensor(Uint8Array.of(1, 2), { shape: [2, 1] }) } },
    /test inputs must have the type and shape of train's, float \[1\], got u8 \[1\]/,
  ],
  [
    "a scale of an unknown leaf",
    { train: two, inputScale: { c: 2 } },
    /inputScale must be a number, or a record by the leaves "a", "b", got "c"/,
  ],
  [
    "a scale of a leaf of 0",
    { train: two, inputScale: { a: 0 } },
    /inputScale of a must be a finite number other than 0, got 0/,
  ],
  [
    "a scale that is a text",
    { train: two, inputScale: "2" },
    /inputScale must be a finite number .* got 2/,
  ],
  ["half a class", { train, classes: 1.5 }, /classes must be an integer, 1 or more, got 1.5/],
  [
    "weights of other rows",
    { train: { ...train, weights: [1] } },
    /train weights must be \[2\], got \[1\]/,
  ],
  [
    "a negative weight",
    { train: { ...train, weights: [1, -1] } },
    /train weights must be finite and 0 or more, got -1 in row 1/,
  ],
  ["a weight that is NaN", { train: { ...train, weights: [NaN, 1] } }, /got NaN in row 0/],
  [
    "weights of 0",
    { train: { ...train, weights: [0, 0] } },
    /train weights must be above 0 somewhere, got 0 everywhere/,
  ],
];

for (const [what, parts, says] of wrong) {
  test(`dataSet says what is wrong with ${what}`, async (t) => {
    t.throws(() => dataSet(parts as typeof good), says);
    t.throws(() => dataSet(parts as typeof good), DataError);
  });
}
