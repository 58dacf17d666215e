import { checkFinite, dataSet } from "@metrigrad/data";
import { DataError, tensor } from "@metrigrad/tensor";
import test from "tape";

const split = (inputs: number[][], targets: number[]) => ({
  inputs: tensor(inputs),
  targets: tensor(targets, { dtype: "f32" }),
});
const good = split(
  [
    [1, 2, 3],
    [4, 5, 6],
  ],
  [0.5, 1],
);
const none = {
  inputs: tensor(new Float64Array(0), { shape: [0, 3] }),
  targets: tensor(new Float32Array(0)),
};

test("checkFinite passes finite data, empty splits and integers", async (t) => {
  checkFinite(dataSet({ name: "toy", train: good, valid: good, test: none }));
  const bytes = { inputs: tensor(Uint8Array.of(1, 2)), targets: tensor(Int32Array.of(1, 2)) };
  checkFinite(dataSet({ name: "bytes", train: bytes, valid: bytes, test: bytes }));
  t.pass("neither throws");
});

test("checkFinite names split, row and column", async (t) => {
  const check = (part: "train" | "valid" | "test", bad: typeof good) => () =>
    checkFinite(dataSet({ name: "toy", train: good, valid: good, test: good, [part]: bad }));
  const nan = split(
    [
      [1, 2, 3],
      [4, NaN, 6],
    ],
    [0.5, 1],
  );
  t.throws(
    check("train", nan),
    /checkFinite\(toy\): train inputs must be finite, got NaN in row 1, column 1; drop that row/,
  );
  t.throws(
    check(
      "valid",
      split(
        [
          [1, 2, Infinity],
          [4, 5, 6],
        ],
        [1, 1],
      ),
    ),
    /valid inputs .*Infinity in row 0, column 2/,
  );
  t.throws(
    check(
      "test",
      split(
        [
          [1, 2, 3],
          [4, 5, 6],
        ],
        [1, -Infinity],
      ),
    ),
    /test targets .*-Infinity in row 1, column 0/,
  );
  t.throws(check("train", nan), DataError);
});

test("checkFinite leaves out what a mask or a weight of 0 leaves out", (t) => {
  const inputs = [[1], [2]];
  const value = {
    a: [
      [1, NaN],
      [3, 4],
    ],
    b: [NaN, 2],
  };
  const check = (targets: object) =>
    checkFinite(dataSet({ train: { inputs, targets: { y: targets } as never } }));
  check({
    value: value.a,
    mask: [
      [1, 0],
      [1, 1],
    ],
  });
  check({ value, weight: [0, 2] });
  check({
    value: {
      value: value.a,
      mask: [
        [1, 1],
        [1, 1],
      ],
    },
    weight: [0, 1],
  });
  check({ value: { b: value.b }, mask: [false, true].map(Number) });
  t.throws(
    () => check({ value, weight: [1, 2] }),
    /targets\/y\/value\/a .* NaN in row 0, column 1/,
  );
  t.throws(() => check({ value: value.a, other: [0, 0] }), DataError);
  t.throws(
    () => check({ value: [[1], [2]], mask: [1, NaN] }),
    /targets\/y\/mask must be finite/,
    "a mask has to be a number itself",
  );
  t.end();
});

test("checkFinite looks into every leaf, and into the splits that there are", async (t) => {
  const inputs = { a: [1, 2], b: { c: [[1], [NaN]] } };
  const data = dataSet({ train: { inputs, targets: [1, 2] } });
  t.throws(
    () => checkFinite(data),
    /checkFinite\(data\): train inputs\/b\/c .* NaN in row 1, column 0/,
  );
});
