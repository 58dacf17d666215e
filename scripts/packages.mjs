/**
 * Checks each package as its users would get it: packs it, asks publint and attw about the archive, loads the unpacked
 * archives by import() and by require() in a process that sees no sources, then installs them as users do
 * (`scripts/consumer.mjs`).
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { consumer } from "./consumer.mjs";
import { install, npm, packageFolders, root } from "./setup.mjs";

install();
// The archives have the licence, which the build puts into each package, and the pages of the playground.
for (const script of ["build", "strip", "playground"]) {
  if (npm(["run", "--silent", script]) !== 0) process.exit(1);
}

const work = mkdtempSync(join(tmpdir(), "metrigrad-packages-"));
// Beside it, since node looks for packages in the folders above too.
const users = mkdtempSync(join(tmpdir(), "metrigrad-users-"));
const attw = join(root, "node_modules", "@arethetypeswrong", "cli", "dist", "index.js");
let failed = 0;

/** @param {string} what @param {string[]} problems */
function report(what, problems) {
  console.log(`${problems.length === 0 ? "ok  " : "FAIL"}  ${what}`);
  for (const problem of problems) console.log(`      ${problem}`);
  if (problems.length > 0) failed++;
}

/** @param {string[]} args @param {string} cwd */
function node(args, cwd) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd, encoding: "utf8" });
  return status === 0 ? [] : [...stdout.split("\n"), ...stderr.split("\n")].filter(Boolean);
}

/** Unpacks an archive where node finds it, and links what it depends on. @param {string} archive @param {any} manifest */
function unpack(archive, manifest) {
  const home = join(work, "node_modules", manifest.name);
  mkdirSync(home, { recursive: true });
  execFileSync("tar", ["-xzf", archive, "-C", home, "--strip-components=1"]);
  for (const name of Object.keys(manifest.dependencies ?? {})) {
    const link = join(work, "node_modules", name);
    if (name.startsWith("@metrigrad/")) continue;
    mkdirSync(dirname(link), { recursive: true });
    rmSync(link, { force: true });
    symlinkSync(join(root, "node_modules", name), link, "junction");
  }
}

try {
  const manifests = packageFolders().map((folder) => {
    const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    const packed = execFileSync("npm", ["pack", "--json", "--pack-destination", work], {
      cwd: join(root, folder),
      encoding: "utf8",
      shell: process.platform === "win32",
    });
    const [{ filename, size }] = JSON.parse(packed);
    return { manifest, size, archive: join(work, filename) };
  });
  for (const { manifest, archive } of manifests) unpack(archive, manifest);
  for (const { manifest, size, archive } of manifests) {
    const { messages } = await publint({
      pack: { tarball: Uint8Array.from(readFileSync(archive)).buffer },
      strict: true,
    });
    report(
      `${manifest.name}  publint  ${(size / 1024).toFixed(0)} KiB packed`,
      messages.map((message) => formatMessage(message, manifest, { color: false }) ?? message.code),
    );
    report(
      `${manifest.name}  attw`,
      node([attw, archive, "--profile", "esm-only", "--format", "ascii", "--no-color"], root),
    );
    report(`${manifest.name}  import`, node(["-e", `import("${manifest.name}")`], work));
    report(`${manifest.name}  require`, node(["-e", `require("${manifest.name}")`], work));
    const { status } = spawnSync("tar", ["-tzf", archive, "package/LICENSE"], { stdio: "ignore" });
    report(`${manifest.name}  licence`, status === 0 ? [] : ["no LICENSE in the archive"]);
  }
  const packed = manifests.map(({ manifest, archive }) => ({ name: manifest.name, archive }));
  await consumer(users, packed, report);
} finally {
  for (const folder of [work, users]) rmSync(folder, { recursive: true, force: true });
}
process.exit(failed === 0 ? 0 : 1);
