import { placed } from "./device.ts";
import type { Environment } from "./environment.ts";
import type { Result } from "./result.ts";

/** The results as one Markdown table for each suite, so that they can go into a page as they are. */
export function tables(environment: Environment, results: readonly Result[]): string {
  const { node, cores, cpu, load, rounds, quick, date } = environment;
  const method = quick ? "a quick look, no numbers to keep" : `medians of ${rounds} rounds`;
  const head = `Node ${node}, ${cores} × ${cpu}, load ${load.toFixed(1)}, ${date.slice(0, 10)}; ${method}.`;
  const suites = [...new Set(results.map(({ suite }) => suite))];
  const parts = suites.flatMap((suite) => {
    const own = results.filter((one) => one.suite === suite);
    const devices = [...new Set(own.flatMap(({ device = [] }) => device))];
    return [...devices.map((device) => `${suite}: ${placed(device)}`), suiteTable(own)];
  });
  const versions = Object.entries(environment.versions).map(([name, text]) => {
    const { [name]: adapter = "" } = environment.adapters;
    return `${name}: ${text}${text.includes(adapter) ? "" : `, on ${adapter}`}`;
  });
  const missing = Object.entries(environment.missing).map(
    ([name, why]) => `${name}: not run: ${why}`,
  );
  const notes = [...versions, ...missing, ...environment.remarks].map((text) => `- ${text}`);
  return [head, ...parts, notes.join("\n")].join("\n\n");
}

function suiteTable(results: readonly Result[]): string {
  if (results.some(({ cell }) => cell !== undefined)) return wideTable(results);
  const peers = [
    ...new Set(
      results.flatMap((one) => [...Object.keys(one.peers), ...Object.keys(one.lacks ?? {})]),
    ),
  ];
  const columns = peers.flatMap((peer) => [peer, "ratio"]);
  const header = [results[0]?.suite ?? "", "unit", "metrigrad", ...columns];
  const rows = results.map(({ case: name, unit, ours, peers: measured, lacks = {}, ratio }) => {
    const cells = peers.flatMap((peer) =>
      peer in measured ? [show(measured[peer]), showRatio(ratio[peer])] : [lacks[peer] ?? "", ""],
    );
    return `| ${[name, unit, show(ours), ...cells].join(" | ")} |`;
  });
  const rule = `| --- | --- |${" ---: |".repeat(header.length - 2)}`;
  return [`| ${header.join(" | ")} |`, rule, ...rows].join("\n");
}

/** A row for each thing measured, a column for each of its values. */
function wideTable(results: readonly Result[]): string {
  const rows = [...new Set(results.map(({ cell }) => cell?.row))];
  const units = new Map(results.map(({ cell, unit }) => [cell?.column, unit]));
  const header = [results[0]?.suite, ...[...units].map(([column, unit]) => `${column}, ${unit}`)];
  const lines = rows.map((row) => {
    const own = results.filter(({ cell }) => cell?.row === row);
    const at = (column?: string) => own.find(({ cell }) => cell?.column === column)?.ours;
    return `| ${[row, ...[...units.keys()].map((column) => show(at(column)))].join(" | ")} |`;
  });
  const rule = `| --- |${" ---: |".repeat(units.size)}`;
  return [`| ${header.join(" | ")} |`, rule, ...lines].join("\n");
}

function show(value = Number.NaN): string {
  if (Number.isNaN(value)) return "–";
  if (value === 0) return "0";
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return Math.abs(value) < 1e-3 ? value.toExponential(1) : value.toPrecision(3);
}

function showRatio(value = Number.NaN): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(2);
}
