/**
 * `npm run pictures`: draws every picture of the pages anew. Those of experiments come from the recordings in docs, that of the
 * suite `scaling` from the table of bench/README.md, and those of the guides from trainings of some seconds. No experiment runs again.
 */
import { spawnSync } from "node:child_process";
import { root } from "./setup.mjs";

/** @type {readonly (readonly string[])[]} */
const programs = [
  ["scripts/experiment-figure.mjs"],
  ["bench/pde/compare.ts", "--print"],
  ["bench/chart/scaling.ts"],
  ["scripts/scaling.mjs", "--draw"],
  ...["blocks", "coordinates", "spectra", "zones"].map((name) => [
    `examples/geometry/${name}.ts`,
    "docs/guide",
  ]),
  ["examples/geometry/training.ts", "docs/guide/pictures"],
];
for (const program of programs) {
  const args = ["--conditions=@metrigrad/source", "--import", "tsx", ...program];
  const { status } = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (status !== 0) process.exit(status ?? 1);
}
