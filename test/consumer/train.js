import { categorical, dataSet, dense, fit, rngd, sequential, tensor } from "metrigrad";

/** Trains a small model and tells its first and its last cost. */
async function check() {
  const rows = 60;
  const inputs = tensor(
    Array.from({ length: 2 * rows }, (_, i) => Math.sin(3 * i)),
    {
      shape: [rows, 2],
    },
  );
  const targets = tensor(
    Int32Array.from({ length: rows }, (_, i) => Number(Math.sin(6 * i) > Math.sin(6 * i + 3))),
  );
  const run = fit(sequential(dense(2, 8, { activation: "tanh" }), dense(8, 2)), {
    data: dataSet({ train: { inputs, targets } }),
    ...{ likelihood: categorical(), optimizer: rngd(), batchSize: 20, epochs: 10, seed: 1 },
  });
  const costs = (await run.finish()).map(({ trainCost }) => trainCost);
  await run.close();
  return { first: costs[0], last: costs.at(-1) };
}

const result = check().catch((error) => String(error));
globalThis.metrigradResult = result;
if (globalThis.process !== undefined) console.log(JSON.stringify(await result));
