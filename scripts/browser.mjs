/**
 * `node scripts/browser.mjs`: the built packages in headless Chromium, in a page that is cross-origin
 * isolated and in one that is not. Takes the browser from CHROMIUM or where Debian and others put it;
 * installs Debian's where it is missing and CI=true.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { build as bundle } from "esbuild";
import { chromium } from "playwright-core";
import { install, root, run } from "./setup.mjs";

/** The path of a Chromium; ends the process where there is none. */
function findBrowser() {
  const places = [
    process.env.CHROMIUM,
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  ];
  const find = () => places.find((path) => path && existsSync(path));
  if (!find() && process.env.CI === "true") {
    for (const args of [["update"], ["install", "-y", "chromium"]]) {
      spawnSync("apt-get", args, { stdio: ["ignore", "ignore", "inherit"] });
    }
  }
  const found = find();
  if (found) return found;
  console.error(
    "browser: Chromium must be there, got none; install it (Debian: apt-get install chromium) or set CHROMIUM to its path",
  );
  process.exit(1);
}

install();
const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
if (run(process.execPath, [tsc, "-b", "packages/cpu", "packages/graph"]) !== 0) process.exit(1);
const executablePath = findBrowser();
const { outputFiles } = await bundle({
  entryPoints: [join(root, "test", "browser", "page.ts")],
  bundle: true,
  write: false,
  format: "iife",
  platform: "browser",
  target: "es2022",
});
const script = outputFiles[0]?.text ?? "";

const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};
const server = createServer((request, response) => {
  const headers = request.url?.startsWith("/isolated") ? isolation : {};
  const isScript = request.url?.endsWith(".js");
  const type = isScript ? "text/javascript" : "text/html";
  response.writeHead(200, { ...headers, "Content-Type": `${type}; charset=utf-8` });
  response.end(isScript ? script : `<!doctype html><script src="page.js"></script>`);
});
await new Promise((done) => server.listen(0, "127.0.0.1", () => done(undefined)));
const address = server.address();
const port = address !== null && typeof address === "object" ? address.port : 0;

const patience = 300_000;
setTimeout(() => {
  console.error(
    `browser: the pages must be done within ${patience / 1000} s, got no end; see above`,
  );
  process.exit(1);
}, patience).unref();

const browser = await chromium.launch({
  executablePath,
  args: [
    ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
    ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
  ],
});
let failed = 0;
for (const folder of ["isolated", "plain"]) {
  const tab = await browser.newPage();
  /** @type {string[]} */
  const errors = [];
  tab.on("pageerror", (error) => errors.push(String(error)));
  await tab.goto(`http://127.0.0.1:${port}/${folder}/`);
  const isolated = await tab.evaluate("globalThis.crossOriginIsolated");
  if (isolated !== (folder === "isolated")) errors.push(`crossOriginIsolated is ${isolated}`);
  const lines = /** @type {import("../test/browser/page.ts").Line[]} */ (
    await tab.evaluate("check()")
  );
  for (const { name, described, problems } of lines) {
    console.log(
      `${problems.length === 0 ? "ok  " : "FAIL"}  ${folder} page, ${name}: ${described}`,
    );
    for (const problem of problems) console.log(`      ${problem}`);
    failed += problems.length;
  }
  for (const error of errors) console.log(`FAIL  ${folder} page: ${error}`);
  failed += errors.length;
  await tab.close();
}
console.log(
  `Chromium ${browser.version()}: ${failed === 0 ? "all as in Node" : `${failed} problems`}`,
);
await browser.close();
server.close();
process.exit(failed === 0 ? 0 : 1);
