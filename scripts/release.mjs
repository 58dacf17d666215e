/**
 * `npm run release`: publishes all packages by lerna, after checks. `--dry-run` does all but publishing: it builds, compares
 * versions, looks for the version in CHANGELOG.md, and lists what each archive would have.
 */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { install, npm, packageFolders, root, run } from "./setup.mjs";

const dry = process.argv.includes("--dry-run");
/** @type {string[]} */
const problems = [];

install();
for (const script of ["build", "strip", "playground"]) {
  if (npm(["run", "--silent", script]) !== 0) process.exit(1);
}

const { version } = JSON.parse(readFileSync(join(root, "lerna.json"), "utf8"));
const changes = readFileSync(join(root, "CHANGELOG.md"), "utf8");
// A version that is in work is under "Unreleased" until it is released.
if (!dry && !changes.includes(`\n## ${version}`)) {
  problems.push(
    `CHANGELOG.md must have a section "## ${version}"; name the section "Unreleased" so`,
  );
}
const status = execFileSync("git", ["status", "--porcelain"], { cwd: root, encoding: "utf8" });
if (!dry && status !== "") problems.push("the working tree must be clean; commit or stash first");

const versions = new Map(
  packageFolders().map((folder) => {
    const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    return [manifest.name, { folder, manifest }];
  }),
);
for (const [name, { folder, manifest }] of versions) {
  if (manifest.version !== version) problems.push(`${name} must have version ${version}`);
  const wanted = { ...manifest.dependencies, ...manifest.peerDependencies };
  for (const [other, range] of Object.entries(wanted)) {
    if (versions.has(other) && range !== version) {
      problems.push(`${name} must depend on ${other} ${version}, got ${range}`);
    }
  }
  const text = execFileSync("npm", ["pack", "--dry-run", "--json"], {
    cwd: join(root, folder),
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  const [{ files, size, unpackedSize }] = JSON.parse(text);
  /** @type {string[]} */
  const paths = files.map((/** @type {{ path: string }} */ { path }) => path);
  for (const needed of [
    "LICENSE",
    "README.md",
    "package.json",
    "dist/index.js",
    "dist/index.d.ts",
    ...(name === "metrigrad" ? ["playground/index.html"] : []),
  ]) {
    if (!paths.includes(needed)) problems.push(`${name} must have ${needed} in its archive`);
  }
  const stray = paths.filter((path) => /^(src|test)\/|\.tsbuildinfo$|\.map$/.test(path));
  if (stray.length > 0) problems.push(`${name} must not have ${stray[0]} in its archive`);
  const kilobytes = `${(size / 1000).toFixed(0)} kB packed, ${(unpackedSize / 1000).toFixed(0)} kB unpacked`;
  console.log(`${name}@${manifest.version}: ${paths.length} files, ${kilobytes}`);
}

for (const problem of problems) console.error(`release: ${problem}`);
if (problems.length > 0) process.exit(1);
if (dry) console.log("Nothing was published (--dry-run).");
else process.exitCode = run("npx", ["lerna", "publish", "from-package", "--yes"]);
