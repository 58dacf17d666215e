/**
 * Makes a clone ready to run: installs what the lock file names, if node_modules does not hold it yet,
 * and compiles the packages. Uses only what Node ships, since nothing may be installed so far.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

const windows = process.platform === "win32";

/**
 * Runs one command in the root, its output on this terminal, and returns its exit code.
 * @param {string} command
 * @param {string[]} args
 * @param {import("node:child_process").SpawnSyncOptions} [options]
 */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: "inherit", ...options });
  if (result.error) console.error(`${command}: ${result.error.message}`);
  return result.status ?? 1;
}

/**
 * Runs npm, and returns its exit code.
 * @param {string[]} args
 * @param {import("node:child_process").SpawnSyncOptions} [options]
 */
export function npm(args, options = {}) {
  const cli = process.env.npm_execpath;
  return cli?.endsWith(".js")
    ? run(process.execPath, [cli, ...args], options)
    : run("npm", args, { shell: windows, ...options });
}

/** @param {string} path @returns {Record<string, { version?: string, link?: boolean, optional?: boolean }>} */
const lockedPackages = (path) => JSON.parse(readFileSync(path, "utf8")).packages;

/** Whether node_modules holds the versions that package-lock.json names. */
export function isInstalled() {
  const record = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(record)) return false;
  const installed = lockedPackages(record);
  return Object.entries(lockedPackages(join(root, "package-lock.json")))
    .filter(([path, entry]) => path.includes("node_modules/") && !entry.optional)
    .every(
      ([path, { version }]) => installed[path]?.version === version && existsSync(join(root, path)),
    );
}

/** Installs by the lock file unless that is done already; ends the process if npm fails. */
export function install() {
  if (isInstalled()) return;
  console.error("Installing the packages that package-lock.json names (npm ci) ...");
  const code = npm(["ci", "--include=dev"], { stdio: ["ignore", 2, 2] });
  if (code !== 0) {
    console.error("setup: npm ci must succeed; see its message above, then try again");
    process.exit(code);
  }
}

/** Every file below a folder of the root, as paths from the root with forward slashes, sorted. @param {string} folder */
export function filesIn(folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .sort();
}

/** The folders of the packages, from the root. */
export const packageFolders = () =>
  readdirSync(join(root, "packages"))
    .map((name) => `packages/${name}`)
    .filter((folder) => existsSync(join(root, folder, "package.json")));

/**
 * Compiles the packages and examples that changed, drops outputs whose source is gone, and returns tsc's exit code.
 */
export function build() {
  const examples = "packages/metrigrad/examples";
  const outputs = [...packageFolders().map((folder) => `${folder}/dist`), examples];
  for (const output of outputs.flatMap(filesIn)) {
    const source = output
      .replace("/dist/", "/src/")
      .replace(`${examples}/`, "examples/")
      .replace(/(\.d\.ts|\.js)(\.map)?$/, ".ts");
    if (source.endsWith(".ts") && !existsSync(join(root, source))) rmSync(join(root, output));
  }
  // tsc goes by its record alone, and would not miss the outputs.
  const record = join(root, "packages", "metrigrad", "dist", "examples.tsbuildinfo");
  if (!existsSync(join(root, examples))) rmSync(record, { force: true });
  return run(process.execPath, [join(root, "node_modules", "typescript", "bin", "tsc"), "-b"]);
}
