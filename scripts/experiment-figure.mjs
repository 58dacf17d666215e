/**
 * `node scripts/experiment-figure.mjs [record.json …]`: puts the runs of records into docs/experiment-hundred.json, the values of all
 * seeds at each epoch, and draws them. Without a record it draws that file as it is: docs/experiment-paper.svg on the axes of the
 * figures of Sun and Nielsen (2017), and docs/experiment-hundred.svg on axes that show all of them.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { curves, writeWhole } from "metrigrad";
import { root } from "./setup.mjs";

/** @typedef {import("metrigrad").RunRecord} RunRecord */
/** @typedef {{ panel: string, label: string, trainCost: number[][], validAccuracy: number[][] }} Series */

const docs = join(root, "docs");
const kept = join(docs, "experiment-hundred.json");
const order = ["rngd", "sgd", "adam", "sgd-average", "adam-average", "rngd-paper"];
const title = "MNIST, 784-80-80-80-10 relu, batch 50";
const ranges = /** @type {const} */ ({
  plain: { trainCost: [0.1, 0.4], validAccuracy: [0.966, 0.976] },
  bna: { trainCost: [0.1, 0.5], validAccuracy: [0.97, 0.978] },
});

/** The values of repeats at each epoch, sorted: a list for each rank. @param {RunRecord[]} repeats @param {"trainCost" | "validAccuracy"} name */
function sorted(repeats, name) {
  const epochs = repeats[0]?.epochs ?? [];
  const byEpoch = epochs.map((_, at) =>
    repeats.map(({ epochs }) => Number(epochs[at]?.[name])).sort((a, b) => a - b),
  );
  return repeats.map((_, rank) => byEpoch.map((values) => values[rank] ?? Number.NaN));
}

/** @param {readonly RunRecord[]} runs @returns {Series[]} */
function seriesOf(runs) {
  const names = new Set(runs.map(({ arch, optimizer }) => JSON.stringify([arch, optimizer])));
  return [...names].map((name) => {
    const [panel, label] = JSON.parse(name);
    const repeats = runs.filter(({ arch, optimizer }) => arch === panel && optimizer === label);
    const [trainCost, validAccuracy] = [
      sorted(repeats, "trainCost"),
      sorted(repeats, "validAccuracy"),
    ];
    return { panel, label, trainCost, validAccuracy };
  });
}

const files = process.argv.slice(2);
if (files.length > 0) {
  const runs = files.flatMap((file) => JSON.parse(readFileSync(file, "utf8")).runs);
  const source = "Values of all seeds at each epoch, sorted.";
  const text = JSON.stringify({ source, series: seriesOf(runs) }, null, 1);
  // A line for each list.
  const lines = text.replace(/\[\s+(-?[\d.][^[\]]*?)\s+\]/g, (list) => list.replace(/\s+/g, " "));
  await writeWhole(kept, `${lines}\n`);
}
/** @type {{ series: Series[] }} */
const { series } = JSON.parse(readFileSync(kept, "utf8"));
const records = series.flatMap(({ panel, label, trainCost, validAccuracy }) =>
  trainCost.map((costs, seed) => {
    const points = costs.map((cost, at) => ({
      epoch: at + 1,
      trainCost: cost,
      validAccuracy: validAccuracy[seed]?.[at] ?? Number.NaN,
    }));
    return { panel, label, seed, points };
  }),
);
/** @type {import("metrigrad").CurveOptions} */
const options = {
  order,
  by: "epoch",
  centre: "mean",
  quantities: [{ of: "trainCost", title: "training cost, with L2" }, "validAccuracy"],
};
const paper = { ...options, title: `${title}, on the axes of Sun and Nielsen (2017)`, ranges };
await writeWhole(join(docs, "experiment-paper.svg"), curves(records, paper));
await writeWhole(join(docs, "experiment-hundred.svg"), curves(records, { ...options, title }));
