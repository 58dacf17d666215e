/** Targets that are the inputs: read once, scaled as the model gets them. */
import { dataSet, streamData } from "@metrigrad/data";
import { sigmoid } from "@metrigrad/graph";
import { bernoulli, dense, type Module, sequential } from "@metrigrad/nn";
import { adam } from "@metrigrad/optim";
import { DataError, reference, ShapeError, tensor } from "@metrigrad/tensor";
import test from "tape";
import { fit } from "../../src/index.ts";
import { rejects } from "../rejects.ts";

const rows = 12;
const bytes = Uint8Array.from({ length: rows * 4 }, (_, at) => (at * 37) % 256);
const inputs = tensor(bytes, { shape: [rows, 4] });
const inputScale = 1 / 255;
const options = {
  likelihood: bernoulli(),
  optimizer: adam({ learningRate: 0.05 }),
  epochs: 3,
  seed: 1,
};
const model = () => sequential(dense(4, 2, { activation: sigmoid }), dense(2, 4)) as Module;

/** What was learned, and which data lay on the store meanwhile. */
async function trained(data: object, change: object = {}) {
  const backend = await reference();
  const run = fit(model(), { ...options, batchSize: 4, backend, data, ...change } as never);
  let stored: string[] = [];
  for await (const _ of run) {
    const own = run.store.variables.filter(({ path }) => path.startsWith("data/"));
    stored = own.map(({ spec }) => `${spec.type} ${spec.shape.join("×")}`);
  }
  const weights = [...(await run.store.read("dense0/w")).data()];
  const costs = run.history.map(({ trainCost }) => trainCost);
  await run.close();
  await backend.close();
  return { weights, costs, stored };
}

test('targets: "inputs" trains as a copy of floats does, without the copy', async (t) => {
  const copy = tensor(
    Float32Array.from(bytes, (value) => value / 255),
    { shape: [rows, 4] },
  );
  const own = await trained(dataSet({ train: { inputs, targets: "inputs" }, inputScale }));
  const other = await trained(dataSet({ train: { inputs, targets: copy }, inputScale }));
  const gap = own.weights.map((value, i) => Math.abs(value - (other.weights[i] as number)));
  t.ok(Math.max(...gap) < 1e-5, `weights are apart by ${Math.max(...gap)}`);
  t.ok(Math.abs((own.costs[2] as number) - (other.costs[2] as number)) < 1e-5);
  t.ok((own.costs[2] as number) < (own.costs[0] as number), "it learns");
  t.deepEqual(own.stored, ["u8 12×4"], "bytes alone are resident");
  t.deepEqual(other.stored, ["u8 12×4", "float 12×4"]);
});

test('a stream may say targets: "inputs" too', async (t) => {
  const batch = (at: number) => tensor(bytes.slice(16 * at, 16 * at + 16), { shape: [4, 4] });
  const stream = (targets: (at: number) => unknown) =>
    streamData({
      rows,
      inputScale,
      train: function* () {
        for (let at = 0; at < 3; at++) yield { inputs: batch(at), targets: targets(at) } as never;
      },
    });
  const scaled = (at: number) =>
    tensor(
      Float32Array.from(batch(at).data(), (value) => value / 255),
      { shape: [4, 4] },
    );
  const change = { batchSize: undefined, evaluate: { train: true } };
  const own = await trained(
    stream(() => "inputs"),
    change,
  );
  const other = await trained(stream(scaled), change);
  const gap = own.weights.map((value, i) => Math.abs(value - (other.weights[i] as number)));
  t.ok(Math.max(...gap) < 1e-5, `weights are apart by ${Math.max(...gap)}`);
  t.ok(Math.abs((own.costs[2] as number) - (other.costs[2] as number)) < 1e-5);
});

test("a law sees them scaled, and a model must put them out", async (t) => {
  const run = (data: object, own: Module = model()) =>
    fit(own, { ...options, batchSize: 4, backend: reference, data } as never).finish();
  await rejects(
    t,
    run(dataSet({ train: { inputs, targets: "inputs" } })),
    DataError,
    /fit\(data\), train: targets must be numbers from 0 to 1 .*, got 37 in row 0, column 1/,
  );
  await rejects(
    t,
    run(
      dataSet({ train: { inputs, targets: "inputs" }, inputScale }),
      sequential(dense(4, 3)) as Module,
    ),
    ShapeError,
    /h must be \[n, m\] and y \[4, 3\], got .*\[4, 3\].*\[4, 4\]/,
  );
});
