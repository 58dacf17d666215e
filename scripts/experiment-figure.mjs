/**
 * `node scripts/experiment-figure.mjs [record.json …]`: draws the runs of records as two pictures, docs/experiment-paper.svg on the axes of
 * the figures of Sun and Nielsen (2017), and docs/experiment-hundred.svg on axes that show all of them. Reads the records of a hundred epochs in
 * runs/plain, runs/plain-averaged, runs/bna and runs/bna-averaged by default.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { chart, writeWhole } from "metrigrad";
import { root } from "./setup.mjs";

const files =
  process.argv.length > 2
    ? process.argv.slice(2)
    : ["plain", "plain-averaged", "bna", "bna-averaged"].map((name) =>
        join(root, "runs", name, "record.json"),
      );
const recordings = files.map((file) => JSON.parse(readFileSync(file, "utf8")));
const [first] = recordings;
const all = { ...first, runs: recordings.flatMap(({ runs }) => runs) };
const optimizers = ["sgd", "adam", "sgd-average", "adam-average", "rngd-paper", "rngd"];
const title = "MNIST, 784-80-80-80-10 relu, batch 50";
/** @type {import("metrigrad").ChartOptions["ranges"]} */
const ranges = {
  plain: { trainCost: [0.1, 0.4], validAccuracy: [0.966, 0.976] },
  bna: { trainCost: [0.1, 0.5], validAccuracy: [0.97, 0.978] },
};
/** @satisfies {import("metrigrad").ChartOptions} */
const paper = { title: `${title}, on the axes of Sun and Nielsen (2017)`, optimizers, ranges };
await writeWhole(join(root, "docs", "experiment-paper.svg"), chart(all, paper));
await writeWhole(join(root, "docs", "experiment-hundred.svg"), chart(all, { title, optimizers }));
