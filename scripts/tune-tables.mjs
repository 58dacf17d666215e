/**
 * @typedef {import("./tune.mjs").Result} Result
 *
 * @typedef {object} Summary the results of one setting over its seeds
 * @property {Result["settings"]} settings
 * @property {number} seeds
 * @property {number} validCost infinite where a run diverged
 * @property {number} trainCost
 * @property {number} validAccuracy
 */

/**
 * Settings by their mean validation cost, the best first; those with more seeds before others.
 * @param {readonly Result[]} results
 * @returns {Summary[]}
 */
export function ranked(results) {
  const groups = groupBy(results, ({ settings }) => JSON.stringify(settings));
  const summaries = [...groups.values()].map((group) => {
    const mean = (/** @type {"validCost" | "trainCost" | "validAccuracy"} */ name) =>
      group.reduce((sum, result) => sum + (result[name] ?? Number.POSITIVE_INFINITY), 0) /
      group.length;
    return {
      settings: /** @type {Result} */ (group[0]).settings,
      seeds: group.length,
      validCost: mean("validCost"),
      trainCost: mean("trainCost"),
      validAccuracy: mean("validAccuracy"),
    };
  });
  return summaries.sort((a, b) => b.seeds - a.seeds || a.validCost - b.validCost);
}

/**
 * The results of tuning as markdown: for each architecture and optimizer a table of γ against the end of the
 * schedule, each cell the validation cost, the training cost and the validation accuracy. Finalists have the
 * number of their seeds beside them; the best of them is bold.
 * @param {readonly Result[]} results
 */
export function tuningTables(results) {
  const groups = groupBy(
    results,
    ({ arch, optimizer, epochs }) => `${arch}, ${optimizer}, ${epochs} epochs`,
  );
  return [...groups].map(([title, group]) => `### ${title}\n\n${table(group)}`).join("\n\n");
}

/** @param {readonly Result[]} results */
function table(results) {
  const summaries = ranked(results);
  const [best] = summaries;
  const ends = [...new Set(results.map(({ settings }) => settings.end))].sort(
    (a = 0, b = 0) => b - a,
  );
  const rows = groupBy(
    summaries.toSorted((a, b) => rate(a) - rate(b)),
    ({ settings }) => rowName(settings),
  );
  const lines = [...rows].map(([name, row]) => {
    const cells = ends.map((end) => {
      const here = row.find(({ settings }) => settings.end === end);
      return here === undefined ? " " : cell(here, here === best);
    });
    return `| ${[name, ...cells].join(" | ")} |`;
  });
  return [
    `| | ${ends.map((end) => (end === 1 ? "constant" : `falls to ${end}`)).join(" | ")} |`,
    `| --- |${" --- |".repeat(ends.length)}`,
    ...lines,
  ].join("\n");
}

/** @param {Summary} summary @param {boolean} best */
function cell({ seeds, validCost, trainCost, validAccuracy }, best) {
  if (!Number.isFinite(validCost)) return "diverged";
  const accuracy = `${(100 * validAccuracy).toFixed(2)} %`;
  const count = seeds > 1 ? ` (${seeds} seeds)` : "";
  const text = `${validCost.toFixed(4)} · ${trainCost.toFixed(4)} · ${accuracy}${count}`;
  return best ? `**${text}**` : text;
}

/** @param {Summary} summary */
function rate({ settings }) {
  return settings.learningRate ?? 0;
}

/** @param {Result["settings"]} settings */
function rowName({ learningRate, end: _, ...others }) {
  const rest = Object.entries(others).map(([name, value]) => `, ${name} ${value}`);
  return `γ ${learningRate}${rest.join("")}`;
}

/** @template T @param {readonly T[]} values @param {(value: T) => string} key */
function groupBy(values, key) {
  /** @type {Map<string, T[]>} */
  const groups = new Map();
  for (const value of values) groups.set(key(value), [...(groups.get(key(value)) ?? []), value]);
  return groups;
}
