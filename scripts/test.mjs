/**
 * `npm test [-- PATHS]`: makes the clone ready and runs the tests below the paths (all by default) on the
 * sources, in two processes. Prints a line per file, failed tests in full, and `N passed, N failed` at the end.
 */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { join, relative, resolve } from "node:path";
import { createInterface } from "node:readline";
import { build, filesIn, install, packageFolders, root } from "./setup.mjs";
import { tapSummary } from "./tap-summary.mjs";

install();
const built = build() === 0;

/** @param {string} path */
const fromRoot = (path) => relative(root, resolve(path)).replaceAll("\\", "/");
const wanted = process.argv.slice(2).map(fromRoot);
const known = [...packageFolders().map((folder) => `${folder}/test`), "test"]
  .flatMap(filesIn)
  .filter((file) => file.endsWith(".test.ts"));
const missing = wanted.filter((path) => !known.some((file) => `${file}/`.startsWith(`${path}/`)));
if (missing.length > 0) {
  console.error(
    `npm test: each path must hold *.test.ts files, got ${missing.join(", ")}; see packages/*/test and test`,
  );
  process.exit(1);
}
const files = known.filter(
  (file) => wanted.length === 0 || wanted.some((path) => `${file}/`.startsWith(`${path}/`)),
);

const tape = [
  // Compilers make much garbage that dies young: room for it saves a tenth of the time.
  "--max-semi-space-size=32",
  "--conditions=@metrigrad/source",
  "--import",
  "tsx",
  join(root, "scripts", "tape.mjs"),
];
/**
 * Runs a file, and further ones of the list as it is done with them, in a process of their own. What is said of a file
 * is printed together.
 * @param {string} first
 * @returns {Promise<{ passed: number; failed: number }>}
 */
function run(first) {
  const child = spawn(process.execPath, [...tape, first], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  // An empty name ends it.
  child.on("message", () => child.send(files.pop() ?? ""));
  /** @type {string[]} */
  const held = [];
  const print = () => held.length > 0 && console.log(held.splice(0).join("\n"));
  const summary = tapSummary((text) => {
    held.push(text);
    if (/^(ok|FAIL) {2}/.test(text)) print();
  });
  const lines = createInterface({
    input: /** @type {import("node:stream").Readable} */ (child.stdout),
  });
  lines.on("line", summary.line);
  const closed = new Promise((done) => lines.on("close", done));
  return new Promise((done) => {
    child.on("close", async (code) => {
      await closed;
      const counts = summary.end(code);
      print();
      done(counts);
    });
  });
}

// Two processes take files from the end of the list, where the longest tests are; a process that ends early has a
// successor.
/** @type {{ passed: number; failed: number }[]} */
const counts = [];
async function runRest() {
  for (let file = files.pop(); file !== undefined; file = files.pop()) counts.push(await run(file));
}
await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, runRest));
const passed = counts.reduce((sum, one) => sum + one.passed, 0);
const failed = counts.reduce((sum, one) => sum + one.failed, built ? 0 : 1);
if (!built) console.log("not ok the packages compile (tsc -b, see above)");
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
