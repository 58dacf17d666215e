import type { Environment } from "./environment.ts";
import type { Result } from "./result.ts";

/** Prints results as a Markdown table, so that it can go into a page as it is. */
export function printTable(environment: Environment, results: readonly Result[]): void {
  console.log(
    `Node ${environment.node}, ${environment.cores} × ${environment.cpu}, load ${environment.load.toFixed(1)}\n`,
  );
  const peers = [...new Set(results.flatMap(({ peers }) => Object.keys(peers)))];
  const header = [
    "suite",
    "case",
    "unit",
    "metrigrad",
    ...peers.flatMap((peer) => [peer, "ratio"]),
  ];
  console.log(`| ${header.join(" | ")} |\n|${header.map(() => " --- |").join("")}`);
  for (const { suite, case: name, unit, ours, peers: measured, ratio } of results) {
    const cells = peers.flatMap((peer) =>
      peer in measured ? [show(measured[peer] ?? 0), (ratio[peer] ?? 0).toFixed(2)] : ["", ""],
    );
    console.log(`| ${[suite, name, unit, show(ours), ...cells].join(" | ")} |`);
  }
}

function show(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
