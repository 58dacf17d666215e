/**
 * `node scripts/tune.mjs [--arch LIST] [--optimizer LIST] [--epochs N] [--print]`: trains every setting of
 * scripts/tune-grid.json with one seed, then the best of them by validation cost with more seeds, and adds the
 * results to docs/tuning.json; what that holds already is not done again. Prints them as markdown; the best,
 * by the mean validation cost of the finalists, is what packages/metrigrad/src/cli/settings.ts takes over.
 * With --print it only prints.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build, install, root } from "./setup.mjs";
import { ranked, tuningTables } from "./tune-tables.mjs";

/**
 * @typedef {Record<string, number>} Settings
 * @typedef {object} Result
 * @property {string} arch
 * @property {string} optimizer
 * @property {Settings} settings
 * @property {number} epochs
 * @property {number} batch
 * @property {number} seed
 * @property {number | null} trainCost after the last epoch, with the L2 term; null where the run diverged
 * @property {number | null} validCost
 * @property {number | null} validAccuracy
 * @property {number | null} seconds of training
 *
 * @typedef {Pick<Result, "arch" | "optimizer" | "settings" | "epochs" | "batch" | "seed">} Wanted
 */

const { values: options } = parseArgs({
  options: {
    arch: { type: "string", default: "plain,bna" },
    optimizer: { type: "string", default: "sgd,sgd-average,adam,adam-average,rngd,rngd-paper" },
    epochs: { type: "string", default: "5" },
    print: { type: "boolean", default: false },
  },
});
const file = join(root, "docs", "tuning.json");
const {
  batch,
  seed: firstSeed,
  finalists,
  moreSeeds,
  grid,
} = JSON.parse(readFileSync(join(root, "scripts", "tune-grid.json"), "utf8"));
const results = read();

/** @returns {Result[]} */
function read() {
  try {
    return JSON.parse(readFileSync(file, "utf8")).results;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "ENOENT") return [];
    throw error;
  }
}

/**
 * Every choice of one value per name.
 * @param {Record<string, number[]>} axes
 * @returns {Settings[]}
 */
function choices(axes) {
  /** @type {Settings[]} */
  const start = [{}];
  return Object.entries(axes).reduce(
    (found, [name, values]) =>
      found.flatMap((settings) => values.map((value) => ({ ...settings, [name]: value }))),
    start,
  );
}

/** @param {Wanted} wanted */
function key({ arch, optimizer, settings, epochs, batch, seed }) {
  return JSON.stringify([arch, optimizer, Object.entries(settings).sort(), epochs, batch, seed]);
}

/** @param {Wanted} wanted */
function isKnown(wanted) {
  return results.some((result) => key(result) === key(wanted));
}

async function tune() {
  install();
  if (build() !== 0) process.exit(1);
  const cli = join(root, "packages", "metrigrad", "dist", "cli");
  const { trainRun } = await import(join(cli, "train.js"));
  const { progressOf } = await import(join(cli, "progress.js"));
  const { DivergenceError, defaultBackend, mnist, writeWhole } = await import("metrigrad");
  const epochs = Number(options.epochs);
  const data = await mnist();
  const backend = await defaultBackend();

  /** @param {Wanted[]} wanted */
  const trainAll = async (wanted) => {
    const left = wanted.filter((one) => !isKnown(one));
    for (const [index, one] of left.entries()) {
      const { arch, optimizer, settings, seed } = one;
      const name = `${index + 1}/${left.length} ${arch} ${optimizer} ${JSON.stringify(settings)} seed ${seed}`;
      const screen = process.stdout.isTTY ? process.stdout : { write: () => {} };
      let result = { trainCost: null, validCost: null, validAccuracy: null, seconds: null };
      try {
        const progress = progressOf(name, screen);
        const job = { arch, optimizer, seed };
        const common = { data, epochs, batch };
        const { record } = await trainRun(job, common, backend, progress, settings);
        const { trainCost, validCost, validAccuracy } = record.epochs.at(-1);
        const seconds = record.epochs.reduce(
          (/** @type {number} */ sum, /** @type {{ seconds: number }} */ epoch) =>
            sum + epoch.seconds,
          0,
        );
        result = { trainCost, validCost, validAccuracy, seconds };
      } catch (error) {
        if (!(error instanceof DivergenceError)) throw error;
      }
      const { trainCost, validCost, validAccuracy } = result;
      console.log(
        validCost === null
          ? `${name}: diverged`
          : `${name}: train ${trainCost}, valid ${validCost}, accuracy ${validAccuracy}`,
      );
      results.push({ ...one, ...result });
      await writeWhole(file, `${JSON.stringify({ schema: 1, results }, null, 1)}\n`);
    }
  };

  for (const arch of options.arch.split(",")) {
    for (const optimizer of options.optimizer.split(",")) {
      const common = { arch, optimizer, epochs, batch };
      const first = choices(grid[optimizer]).map((settings) => ({
        ...common,
        settings,
        seed: firstSeed,
      }));
      await trainAll(first);
      const here = results.filter((result) => first.some((one) => key(one) === key(result)));
      const best = ranked(here).slice(0, finalists);
      const more = best.flatMap(({ settings }) =>
        moreSeeds.map((/** @type {number} */ seed) => ({ ...common, settings, seed })),
      );
      await trainAll(more);
    }
  }
}

if (!options.print) await tune();
console.log(tuningTables(results));
