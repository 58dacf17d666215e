/** @typedef {import("./tune.mjs").Result} Result */

/**
 * The results of tuning as markdown: for each architecture and optimizer a table of γ against the end of the
 * schedule, each cell the validation cost, the training cost and the validation accuracy; the best by
 * validation cost is bold.
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
  const ends = distinct(results.map(({ settings }) => settings.end));
  const rows = groupBy(results, ({ settings }) => rowName(settings));
  const best = Math.min(...results.map((result) => result.validCost ?? Number.POSITIVE_INFINITY));
  const lines = [...rows].map(([name, row]) => {
    const cells = ends.map((end) => {
      const here = row.filter(({ settings }) => settings.end === end);
      return here.map((result) => cell(result, best)).join("; ") || " ";
    });
    return `| ${[name, ...cells].join(" | ")} |`;
  });
  return [
    `| | ${ends.map((end) => (end === 1 ? "constant" : `falls to ${end}`)).join(" | ")} |`,
    `| --- |${" --- |".repeat(ends.length)}`,
    ...lines,
  ].join("\n");
}

/** @param {Result} result @param {number} best */
function cell({ validCost, trainCost, validAccuracy }, best) {
  if (validCost === null || trainCost === null || validAccuracy === null) return "diverged";
  const text = `${validCost.toFixed(4)} · ${trainCost.toFixed(4)} · ${(100 * validAccuracy).toFixed(2)} %`;
  return validCost === best ? `**${text}**` : text;
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

/** @param {readonly (number | undefined)[]} values */
function distinct(values) {
  return [...new Set(values)].sort((a = 0, b = 0) => b - a);
}
