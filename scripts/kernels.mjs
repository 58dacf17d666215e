/**
 * `npm run kernels [-- PATHS]`: runs tests of the gpu backend, or those in the files PATHS, on the kernel checker in place of an
 * adapter (packages/gpu/test/checker). It needs no driver. A file fails if one of its tests fails, if the checker found something
 * in a kernel, or if no kernel ran.
 */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { createInterface } from "node:readline";
import { install, root } from "./setup.mjs";
import { tapSummary } from "./tap-summary.mjs";

install();

/** Files that have kernels of all kinds of steps, in all forms. Those that take longest come last, and begin first. */
const files = [
  "test/gpuStep.test.ts",
  "packages/gpu/test/webgpu/convolve.test.ts",
  "packages/gpu/test/webgpu/functions.test.ts",
  "packages/gpu/test/webgpu/halves.test.ts",
  "packages/gpu/test/webgpu/rows.test.ts",
  "packages/gpu/test/webgpu/loops.test.ts",
  "packages/gpu/test/webgpu/together.test.ts",
  "packages/gpu/test/step/triangularSolve.test.ts",
  "packages/gpu/test/webgpu/steps.test.ts",
  "packages/gpu/test/webgpu/scatterAdd.test.ts",
  "test/gpuDispatches.test.ts",
  "packages/gpu/test/step/cholesky.test.ts",
  "scripts/kernelsOps.mjs",
  "packages/gpu/test/webgpu/products.test.ts",
  "packages/gpu/test/step/eigh.test.ts",
];
const wanted = process.argv.slice(2);
const rest = wanted.length > 0 ? wanted : files;

/** Runs a file, and prints what is said of it together. @param {string} file @returns {Promise<boolean>} */
async function run(file) {
  /** @type {string[]} */
  const said = [];
  const summary = tapSummary((text) => said.push(text));
  const child = spawn(
    process.execPath,
    [
      ...["--max-semi-space-size=32", "--conditions=@metrigrad/source", "--import", "tsx"],
      ...["--import", "./packages/gpu/test/checker/register.ts", "scripts/tape.mjs", file],
    ],
    { cwd: root, stdio: ["ignore", "pipe", "pipe"] },
  );
  createInterface({ input: child.stdout }).on("line", summary.line);
  let errors = "";
  child.stderr.on("data", (data) => {
    errors += data;
  });
  const code = await new Promise((done) => child.on("close", done));
  // A process in which something is found fails for this alone.
  const found = /^FOUND/m.test(errors);
  const { failed } = summary.end(found ? 0 : code);
  console.log([...said, errors.trimEnd()].join("\n"));
  const ran = /^# checked [1-9]/m.test(errors);
  if (!ran) console.log(`FAIL  ${file}: no kernel ran on the checker`);
  return ran && !found && failed === 0;
}

/** @type {string[]} */
const failed = [];
async function runRest() {
  for (let file = rest.pop(); file !== undefined; file = rest.pop()) {
    if (!(await run(file))) failed.push(file);
  }
}
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, runRest));
if (failed.length > 0) console.log(`\nFailed: ${failed.join(", ")}`);
process.exit(failed.length === 0 ? 0 : 1);
