/**
 * `npm run check`: tests, lint, types, docs, packages, a browser, other versions of Node, the gpu backend's kernels, the gpu backend and native
 * linear algebra, all of them even if one fails. Prints the sum at the end as `N passed, N failed`: each assertion of the tests counts as one, each
 * further check as one.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { build, install, npm, root } from "./setup.mjs";

install();
build();

/** Runs the tests with all seeds of their sweeps and returns the counts of their last line. @returns {Promise<[number, number]>} */
function tests() {
  const child = spawn("npm", ["test", "--silent"], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, METRIGRAD_SWEEP: "full" },
    shell: process.platform === "win32",
  });
  let counts = /** @type {[number, number]} */ ([0, 1]);
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => {
    const sum = /^(\d+) passed, (\d+) failed$/.exec(line);
    if (sum) counts = [Number(sum[1]), Number(sum[2])];
    console.log(sum ? `tests: ${line}` : line);
  });
  return new Promise((done) => lines.on("close", () => done(counts)));
}

console.log("== npm test");
let [passed, failed] = await tests();
const broken = failed > 0 ? ["tests"] : [];
const checks = [
  "lint",
  "types",
  "unused",
  "docs",
  "gaps",
  "size",
  "release:try",
  "packages",
  "browser",
  "playground:try",
  "watch:try",
  "nodes",
  "kernels",
  "gpu",
  "native",
  "mpi",
];
for (const check of checks) {
  console.log(`\n== npm run ${check}`);
  if (npm(["run", "--silent", check], { stdio: ["ignore", 1, 2] }) === 0) passed++;
  else {
    failed++;
    broken.push(check);
  }
}
if (broken.length > 0) console.log(`\nFailed: ${broken.join(", ")}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
