/**
 * `npm run nodes [-- VERSIONS]`: the tests of the cpu backend and its comparison with the reference on
 * other versions of Node (22 and 24 by default), which the npm package `node` brings.
 */
import { spawnSync } from "node:child_process";
import { install, root } from "./setup.mjs";

const asked = process.argv.slice(2);
const versions = asked.length > 0 ? asked : ["22", "24"];
const odd = versions.find((version) => !/^\d+(\.\d+){0,2}$/.test(version));
if (odd !== undefined) {
  console.error(`nodes: versions must be like 22 or 24.1.0, got ${odd}; pass others`);
  process.exit(1);
}

install();

/** The package's install script fetches the binary; without it npx would find the Node that runs this. @param {string} version @param {readonly string[]} args */
function node(version, args) {
  const fetched = ["--yes", "--ignore-scripts=false", "--package", `node@${version}`];
  return spawnSync("npx", [...fetched, "--", "node", ...args], {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    shell: process.platform === "win32",
  });
}

let failed = 0;
for (const version of versions) {
  const name = node(version, ["--version"]).stdout.trim();
  if (!`${name}.`.startsWith(`v${version}.`)) {
    failed += 1;
    console.log(`Node ${version}: that version must run, got ${name || "none"}`);
    continue;
  }
  const tests = ["scripts/test.mjs", "packages/cpu/test", "test/backend.test.ts"];
  const { status, stdout } = node(version, tests);
  const lines = stdout.trim().split("\n");
  if (status !== 0) {
    failed += 1;
    console.log(lines.filter((line) => !line.startsWith("ok ")).join("\n"));
  }
  console.log(`Node ${name}: ${lines.at(-1)}`);
}
process.exit(failed === 0 ? 0 : 1);
