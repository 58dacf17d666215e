/**
 * `npm test [-- PATHS]`: makes the clone ready and runs the tests below the paths (all by default) on the
 * sources. Prints a line per file, failed tests in full, and `N passed, N failed` at the end.
 */
import { spawn } from "node:child_process";
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
  "--conditions=@metrigrad/source",
  "--import",
  "tsx",
  join(root, "scripts", "tape.mjs"),
];
const child = spawn(process.execPath, [...tape, ...files], {
  cwd: root,
  stdio: ["ignore", "pipe", "inherit"],
});
const summary = tapSummary((text) => console.log(text));
const lines = createInterface({ input: child.stdout });
lines.on("line", summary.line);
const closed = new Promise((done) => lines.on("close", done));
child.on("close", async (code) => {
  await closed;
  const { passed, failed } = summary.end(code);
  if (!built) console.log("not ok the packages compile (tsc -b, see above)");
  console.log(`\n${passed} passed, ${failed + (built ? 0 : 1)} failed`);
  process.exit(failed === 0 && built ? 0 : 1);
});
