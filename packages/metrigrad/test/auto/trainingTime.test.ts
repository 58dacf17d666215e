import { dataSet } from "@metrigrad/data";
import { categorical, dense, type Module } from "@metrigrad/nn";
import { sgd } from "@metrigrad/optim";
import { reference, tensor, type VariableSpec } from "@metrigrad/tensor";
import test from "tape";
import { fit, trainingTime } from "../../src/index.ts";
import { counted, dressed } from "../support/dressed.ts";

const split = (rows: number) => ({
  inputs: tensor(
    Float32Array.from({ length: 2 * rows }, (_, i) => Math.sin(i)),
    { shape: [rows, 2] },
  ),
  targets: tensor(Int32Array.from({ length: rows }, (_, i) => i % 3)),
});
const data = dataSet({
  name: "three",
  train: split(30),
  valid: split(7),
  test: split(7),
  classes: 3,
});
const model = dense(2, 3) as Module;
const options = {
  ...{ data, likelihood: categorical(), optimizer: sgd({ learningRate: 0.1 }), batchSize: 4 },
  ...{ epochs: 9, seed: 1 },
};

test("trainingTime: trains as fit does, on first rows and on stores of its own", async (t) => {
  const inner = await reference();
  const { backend: counting, open } = counted(inner);
  const rows: number[] = [];
  const backend = dressed(counting, (store) => ({
    add: (variables) => {
      const list = (Array.isArray(variables) ? variables : []) as readonly VariableSpec[];
      const [inputs] = list.filter(({ role }) => role === "data");
      if (inputs?.shape.length === 2 && inputs.type === "float")
        rows.push(inputs.shape[0] as number);
      return store.add(variables);
    },
  }));
  const store = await inner.store(model, { seed: 1 });
  const before = (await store.read("w")).data().join();
  let told = 0;
  const seconds = await trainingTime(model, { ...options, store, onStep: () => told++ })(
    backend,
    Number.POSITIVE_INFINITY,
  );
  t.ok(seconds > 0, `${seconds} s`);
  t.equal(rows[0], 4, "one batch first");
  t.ok(
    rows.every((count) => count <= 28 && count % 4 === 0),
    `whole batches of 30 rows: ${[...new Set(rows)]}`,
  );
  t.equal(open(), 0, "all of its stores are closed");
  t.equal(told, 0, "nobody is told of these steps");
  t.equal((await store.read("w")).data().join(), before, "a given store stays as it is");
  await store.close();
});

test("trainingTime: throws what fit throws", async (t) => {
  const wrong = { ...options, batchSize: 31 };
  const backend = await reference();
  const thrown = (action: Promise<unknown>) => action.then(String, String);
  const expected = await thrown(
    Promise.resolve().then(() => fit(model, { ...wrong, backend }).finish()),
  );
  t.match(expected, /batchSize must be an integer from 1 to the number of training rows, 30/);
  t.equal(await thrown(trainingTime(model, wrong)(backend, Number.POSITIVE_INFINITY)), expected);
});
