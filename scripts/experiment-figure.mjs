/**
 * `node scripts/experiment-figure.mjs [record.json …]`: draws the runs of records as one picture on the axes of the figures of
 * Sun and Nielsen (2017), docs/experiment-paper.svg. Reads runs/plain/record.json and runs/bna/record.json by default.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { chart, writeWhole } from "metrigrad";
import { root } from "./setup.mjs";

const files =
  process.argv.length > 2
    ? process.argv.slice(2)
    : ["plain", "bna"].map((arch) => join(root, "runs", arch, "record.json"));
const recordings = files.map((file) => JSON.parse(readFileSync(file, "utf8")));
const [first] = recordings;
const svg = chart(
  { ...first, runs: recordings.flatMap(({ runs }) => runs) },
  {
    title: "MNIST, 784-80-80-80-10 relu, batch 50, on the axes of Sun and Nielsen (2017)",
    optimizers: ["sgd", "adam", "sgd-average", "adam-average", "rngd-paper", "rngd"],
    ranges: {
      plain: { trainCost: [0.1, 0.4], validAccuracy: [0.966, 0.976] },
      bna: { trainCost: [0.1, 0.5], validAccuracy: [0.97, 0.978] },
    },
  },
);
await writeWhole(join(root, "docs", "experiment-paper.svg"), svg);
