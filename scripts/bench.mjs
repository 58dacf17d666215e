/** `npm run bench -- SUITE … [--json]`: makes the clone and bench/ ready, then measures. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build, install, npm, root, run } from "./setup.mjs";

const folder = join(root, "bench");

/** @param {string} path @returns {Record<string, { version?: string }>} */
const packagesOf = (path) => JSON.parse(readFileSync(path, "utf8")).packages;

/** Whether bench/node_modules holds the versions that bench/package-lock.json names. */
function hasPeers() {
  const record = join(folder, "node_modules", ".package-lock.json");
  if (!existsSync(record)) return false;
  const installed = packagesOf(record);
  return Object.entries(packagesOf(join(folder, "package-lock.json")))
    .filter(([path]) => path !== "")
    .every(([path, { version }]) => installed[path]?.version === version);
}

install();
const built = build();
if (built !== 0) process.exit(built);
if (!hasPeers()) {
  console.error("Installing the peers that bench/package-lock.json names (npm ci) ...");
  const code = npm(["ci"], { cwd: folder, stdio: ["ignore", 2, 2] });
  if (code !== 0) console.error("bench: npm ci failed, so peers will be missing");
}
process.exit(
  run(process.execPath, ["--import", "tsx", join(folder, "run.ts"), ...process.argv.slice(2)]),
);
