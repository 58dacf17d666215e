import { compile, constant } from "@metrigrad/graph";
import { applyModel, batchNorm } from "@metrigrad/nn";
import { reference, ShapeError, tensor } from "@metrigrad/tensor";
import test from "tape";
import { gap, numbers } from "../support/evaluate.ts";

const rows = [
  [1, 10],
  [3, 30],
  [5, 20],
  [-1, 40],
];
const x = constant(tensor(rows));
const column = (j: number) => rows.map((row) => row[j] as number);
const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
const varianceOf = (values: readonly number[]) =>
  meanOf(values.map((v) => (v - meanOf(values)) ** 2));
const model = batchNorm(2, { decay: 0.9, epsilon: 0.01 });

test("batchNorm: training uses the batch's statistics", async (t) => {
  const { output } = applyModel(model, x, { mode: "train" });
  const expected = rows.flatMap((row) =>
    row.map((v, j) => (v - meanOf(column(j))) / Math.sqrt(varianceOf(column(j)) + 0.01)),
  );
  t.ok(gap(await numbers(output, { owner: model }), expected) < 1e-13);
});

test("batchNorm: training moves the running statistics, inference does not and uses them", async (t) => {
  const backend = await reference();
  const store = await backend.store(model);
  const { updates } = applyModel(model, x, { mode: "train" });
  t.deepEqual(
    updates.map(([variable]) => variable.attrs.name),
    ["mean", "variance"],
  );
  const program = await compile({ outputs: [], updates }, store);
  await program.run();
  await program.run();
  const share = 1 - 0.9 ** 2;
  const mean = [0, 1].map((j) => share * meanOf(column(j)));
  const variance = [0, 1].map((j) => 1 - share + share * varianceOf(column(j)));
  t.ok(gap((await store.read("mean")).data(), mean) < 1e-13);
  t.ok(gap((await store.read("variance")).data(), variance) < 1e-12);
  await store.write("scale", tensor([2, 3]));
  await store.write("offset", tensor([1, -1]));
  const applied = applyModel(model, x, { mode: "infer" });
  t.equal(applied.updates.length, 0);
  const inferring = await compile({ outputs: applied.output }, store);
  const expected = rows.flatMap((row) =>
    row.map((v, j) => {
      const standard = (v - (mean[j] as number)) / Math.sqrt((variance[j] as number) + 0.01);
      return standard * (j === 0 ? 2 : 3) + (j === 0 ? 1 : -1);
    }),
  );
  t.ok(gap((await (await inferring.run()).read()).data(), expected) < 1e-12);
  await backend.close();
});

test("batchNorm: rows of weight 0 do not count", async (t) => {
  const rowWeights = constant(tensor([1, 1, 1, 0]));
  const { output } = applyModel(model, x, { mode: "train", rowWeights });
  const kept = constant(tensor(rows.slice(0, 3)));
  const alone = await numbers(applyModel(model, kept, { mode: "train" }).output, { owner: model });
  const weighted = await numbers(output, { owner: model });
  t.ok(gap(weighted.slice(0, 6), alone) < 1e-13);
});

test("batchNorm: scale and offset are parameters without decay, statistics are none", (t) => {
  const { parameters, applications } = applyModel(model, x);
  t.deepEqual(
    parameters.map(({ variable, decay }) => [variable.attrs.name, decay]),
    [
      ["scale", "none"],
      ["offset", "none"],
    ],
  );
  t.equal(applications.length, 1);
  const { options } = batchNorm(3);
  t.deepEqual(options, { features: 3, decay: 0.999, epsilon: 1e-3 });
  t.end();
});

test("batchNorm: an input of another width is refused", (t) => {
  t.throws(
    () => applyModel(batchNorm(3), x),
    /batchNorm: its input must be \[n, 3\], got \[4, 2\]; give it the width of the layer before it/,
  );
  t.end();
});

test("batchNorm: settings out of range are refused", (t) => {
  t.throws(() => batchNorm(0), /features must be a positive integer.*got 0, 0.999 and 0.001/);
  t.throws(() => batchNorm(3, { decay: 2 }), ShapeError);
  t.throws(() => batchNorm(3, { epsilon: 0 }), ShapeError);
  t.end();
});
