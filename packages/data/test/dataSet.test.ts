import { dataSet } from "@metrigrad/data";
import { DataError, hostArray, tensor } from "@metrigrad/tensor";
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
  t.deepEqual(data, good);
  t.ok(Object.isFrozen(data) && Object.isFrozen(data.train) && Object.isFrozen(data.test));
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
    says: /a row of valid inputs must have the shape of train's, \[2\], got \[3\]/,
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
