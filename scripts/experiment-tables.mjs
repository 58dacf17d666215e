/**
 * `node scripts/experiment-tables.mjs [--by-epoch] [record.json …]`: what each optimizer of records reaches by epoch and by
 * second of training, as the markdown tables of docs/experiment.md: training cost (with the L2 term) and
 * validation accuracy, means over the seeds; ″ stands where a run had ended before. A number after ± is the standard deviation over
 * the seeds, which divides by n − 1. A last line says where `rngd` has the lowest training cost. Reads runs/latest/record.json by default. With --by-epoch it leaves out seconds, for runs beside other work.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { root } from "./setup.mjs";

/**
 * @typedef {import("../packages/train/src/index.ts").Recording} Recording
 * @typedef {Recording["runs"][number]} Run
 */

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { "by-epoch": { type: "boolean", default: false } },
});
const timed = !options["by-epoch"];
const files = positionals.length > 0 ? positionals : [join(root, "runs", "latest", "record.json")];
/** @type {Recording[]} */
const recordings = files.map((file) => JSON.parse(readFileSync(file, "utf8")));
const runs = recordings.flatMap((recording) => recording.runs);

const mean = (/** @type {number[]} */ values) =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The standard deviation over seeds, which divides by n − 1; NaN for one value. @param {number[]} values */
const deviation = (values) =>
  Math.sqrt(
    values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1),
  );

/** @param {Recording["environment"]} environment */
function textOf(environment) {
  const known = Object.entries(environment).map(([name, value]) => `${name} ${value}`);
  return known.join("; ").replace(/, [\d.]+ MB of (shared )?memory in use/, "");
}

/** Up to eight marks of the series 1, 2, 5, 10, … that end with the last value. @param {number} last */
function marks(last) {
  const all = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000].filter((value) => value < last);
  return [...all, last].slice(-8);
}

/** Cost and accuracy of each repeat at the last epoch that `reached` holds for. */
function cell(
  /** @type {Run[]} */ repeats,
  /** @type {(epoch: number, seconds: number) => boolean} */ reached,
) {
  const found = repeats.map(({ epochs }) => {
    let seconds = 0;
    return epochs.findLast((epoch) => {
      seconds = epochs.slice(0, epoch.epoch).reduce((sum, one) => sum + one.seconds, 0);
      return reached(epoch.epoch, seconds);
    });
  });
  const there = found.filter((epoch) => epoch !== undefined);
  if (there.length < repeats.length) return "–";
  const cost = there.map((epoch) => epoch.trainCost ?? Number.NaN);
  const accuracy = there.map((epoch) => 100 * (epoch.validAccuracy ?? Number.NaN));
  const spread = (/** @type {number[]} */ values, /** @type {number} */ digits) =>
    values.length > 1 ? ` ± ${deviation(values).toFixed(digits)}` : "";
  return `${mean(cost).toFixed(4)}${spread(cost, 4)} / ${mean(accuracy).toFixed(2)}${spread(accuracy, 2)} %`;
}

/** @param {Run[]} repeats */
function secondsOnMetric(repeats) {
  const each = repeats.map(({ epochs }) =>
    epochs.reduce((sum, { secondsMetric }) => sum + (secondsMetric ?? Number.NaN), 0),
  );
  return mean(each).toFixed(2);
}

/** @param {string} first @param {string[]} heads @param {string[][]} rows */
function markdown(first, heads, rows) {
  const lines = [[first, ...heads], ["---", ...heads.map(() => "---")], ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/**
 * At which epochs from the second on `rngd` has the lowest mean training cost of all, and at which it is within a standard deviation of
 * the lowest one's seeds, or of its own.
 * @param {Map<string, Run[]>} group
 */
function standing(group) {
  const own = group.get("rngd") ?? [];
  const last = Math.max(...own.map((run) => run.epochs.length));
  const costsAt = (/** @type {Run[]} */ repeats, /** @type {number} */ epoch) =>
    repeats.map((run) => run.epochs[epoch - 1]?.trainCost ?? Number.NaN);
  /** @type {Record<"lowest" | "near" | "behind", number[]>} */
  const found = { lowest: [], near: [], behind: [] };
  for (let epoch = 2; epoch <= last; epoch++) {
    // Runs that ended before are no rivals any more.
    const all = [...group.values()]
      .map((repeats) => costsAt(repeats, epoch))
      .filter((costs) => Number.isFinite(mean(costs)));
    const best = all.reduce((one, other) => (mean(one) <= mean(other) ? one : other));
    const mine = costsAt(own, epoch);
    const margin = Math.max(deviation(best) || 0, deviation(mine) || 0);
    const place =
      mean(mine) <= mean(best) ? "lowest" : mean(mine) <= mean(best) + margin ? "near" : "behind";
    found[place].push(epoch);
  }
  return { last, ...found };
}

/**
 * Says in words where `rngd` has the lowest training cost, once for all networks.
 * @param {Map<string, Map<string, Run[]>>} groups
 */
function standings(groups) {
  const raced = [...groups].filter(([, group]) => group.has("rngd"));
  const all = raced.map(([arch, group]) => ({ arch, ...standing(group) }));
  const odd = all.filter(({ near, behind }) => near.length + behind.length > 0);
  if (all.length === 0) return "";
  if (odd.length === 0) return "`rngd` has the lowest training cost after every epoch from 2 on.";
  return odd
    .map(({ arch, last, lowest, near, behind }) => {
      const parts = [
        `${arch}: \`rngd\` has the lowest training cost after ${lowest.length} of the ${last - 1} epochs from 2 on.`,
      ];
      if (near.length > 0)
        parts.push(
          `It is within a standard deviation of the lowest cost after epoch ${near.join(", ")}.`,
        );
      if (behind.length > 0) parts.push(`It is behind after epoch ${behind.join(", ")}.`);
      return parts.join(" ");
    })
    .join("\n");
}

/** @type {Map<string, Map<string, Run[]>>} */
const groups = new Map();
for (const run of runs) {
  const group = groups.get(run.arch) ?? new Map();
  groups.set(run.arch, group.set(run.optimizer, [...(group.get(run.optimizer) ?? []), run]));
}

for (const environment of new Set(recordings.map((one) => textOf(one.environment)))) {
  console.log(`Environment: ${environment}.`);
}
for (const [arch, group] of groups) {
  const all = [...group.values()].flat();
  const total = (/** @type {Run} */ { epochs }) =>
    epochs.reduce((sum, { seconds }) => sum + seconds, 0);
  const epochs = marks(Math.max(...all.map((run) => run.epochs.length)));
  const seconds = marks(Math.ceil(Math.max(...all.map(total))));
  const seeds = [...new Set(all.map(({ seed }) => seed))];
  console.log(`\n## ${arch}, seeds ${seeds.join(", ")}\n`);
  console.log(
    markdown(
      "training cost / validation accuracy after epoch",
      epochs.map(String),
      [...group].map(([name, repeats]) => [
        name,
        ...epochs.map((mark) => cell(repeats, (epoch) => epoch <= mark)),
      ]),
    ),
  );
  if (timed) {
    console.log(
      `\n${markdown(
        "the same within seconds of training",
        seconds.map(String),
        [...group].map(([name, repeats]) => [
          name,
          ...seconds.map((mark, index) => {
            const before = seconds[index - 1] ?? 0;
            const ended = repeats.every((run) => total(run) <= before);
            return ended ? "″" : cell(repeats, (_, spent) => spent <= mark);
          }),
        ]),
      )}`,
    );
  }
  console.log(
    `\n${markdown(
      "in all",
      [...(timed ? ["seconds", "of them on the metric"] : []), "test accuracy", "test cost"],
      [...group].map(([name, repeats]) => [
        name,
        ...(timed ? [mean(repeats.map(total)).toFixed(2), secondsOnMetric(repeats)] : []),
        `${(100 * mean(repeats.map(({ test }) => test.accuracy ?? Number.NaN))).toFixed(2)} %`,
        mean(repeats.map(({ test }) => test.cost ?? Number.NaN)).toFixed(4),
      ]),
    )}`,
  );
}
const said = standings(groups);
if (said !== "") console.log(`\n${said}`);
