/**
 * `node scripts/browser.mjs [PAGE ...]`: the built packages in headless Chromium. The cpu backend in a page that is
 * cross-origin isolated and in one that is not, the gpu backend in all modes, on SwiftShader, the main thread while it trains, runs
 * that go on when the page is loaded again, and the code of docs/guide/browser.md. Takes the browser from CHROMIUM or where Debian
 * and others put it; installs Debian's where it is missing and CI=true.
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { build as bundle } from "esbuild";
import { launch } from "./chromium.mjs";
import { build, install, root } from "./setup.mjs";

install();
if (build() !== 0) process.exit(1);

/** A policy that allows no workers and no code but the page's own. */
const strict = "default-src 'none'; worker-src 'none'; script-src 'self'";

/** Test pages by folder of the address, which says what they check. */
const pages = [
  { folder: "isolated", entry: "cpu.ts", isolated: true },
  { folder: "plain", entry: "cpu.ts", isolated: false },
  { folder: "gpu", entry: "gpu.ts", isolated: false },
  { folder: "thread", entry: "thread.ts", isolated: false },
  { folder: "resume", entry: "resume.ts", isolated: false },
  { folder: "guide", entry: "guide.ts", isolated: false, module: true },
  { folder: "strict", entry: "strict.ts", isolated: true, policy: `${strict} 'wasm-unsafe-eval'` },
  { folder: "locked", entry: "strict.ts", isolated: true, policy: strict },
].filter(({ folder }) => process.argv.length === 2 || process.argv.includes(folder));

/** Puts the code of docs/guide/browser.md in place of guideProgram.ts, with what its comments promise to print. */
const guide = {
  name: "guide",
  /** @param {import("esbuild").PluginBuild} build */
  setup(build) {
    build.onLoad({ filter: /guideProgram\.ts$/ }, () => {
      const text = readFileSync(join(root, "docs", "guide", "browser.md"), "utf8");
      const blocks = [...text.matchAll(/^```ts(?: page)?\n([\s\S]+?)^```$/gm)];
      const program = blocks.map(([, code]) => code).join("");
      const comments = program.matchAll(/^ *console\.log\(.*\);? \/\/ (.*)$/gm);
      const promised = JSON.stringify([...comments].map(([, printed]) => printed));
      const contents = `${program}\nexport const promised = ${promised};`;
      return { contents, loader: /** @type {const} */ ("ts"), resolveDir: root };
    });
  },
};

/** A test page and the packages that it imports as one script, as bundlers make it for browsers. @param {string} entry @param {boolean} isModule */
async function bundled(entry, isModule) {
  const { outputFiles } = await bundle({
    entryPoints: [join(root, "test", "browser", entry)],
    bundle: true,
    write: false,
    format: isModule ? "esm" : "iife",
    plugins: [guide],
    platform: "browser",
    target: "es2022",
    logOverride: { "empty-import-meta": "silent" },
  });
  return outputFiles[0]?.text ?? "";
}

/** @type {Record<string, string>} */
const scripts = {};
for (const { entry, module = false } of pages) {
  scripts[`/${entry}.js`] ??= await bundled(entry, module);
}

const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};
const server = createServer((request, response) => {
  const script = scripts[request.url ?? ""];
  const page = pages.find(({ folder }) => request.url === `/${folder}/`);
  const headers = {
    ...(page?.isolated || script !== undefined ? isolation : {}),
    ...(page?.policy === undefined ? {} : { "Content-Security-Policy": page.policy }),
  };
  const type = script === undefined ? "text/html" : "text/javascript";
  response.writeHead(200, { ...headers, "Content-Type": `${type}; charset=utf-8` });
  const kind = page?.module === true ? ' type="module"' : "";
  response.end(script ?? `<!doctype html><script${kind} src="/${page?.entry}.js"></script>`);
});
await new Promise((done) => server.listen(0, "127.0.0.1", () => done(undefined)));
const address = server.address();
const port = address !== null && typeof address === "object" ? address.port : 0;

const patience = 900_000;
setTimeout(() => {
  console.error(
    `browser: the pages must be done within ${patience / 1000} s, got no end; see above`,
  );
  process.exit(1);
}, patience).unref();

/**
 * What a page says. A page may load itself again while it checks, and is then asked again.
 * @param {import("playwright-core").Page} tab
 * @returns {Promise<import("../test/browser/cpu.ts").Line[]>}
 */
async function linesOf(tab) {
  for (let left = 50; ; left--) {
    try {
      return await tab.evaluate("check()");
    } catch (error) {
      const again = /context was destroyed|check is not defined/.test(String(error));
      if (left === 0 || !again) throw error;
      await tab.waitForLoadState();
    }
  }
}

const browser = await launch();
let failed = 0;
for (const { folder, isolated: wanted } of pages) {
  const tab = await browser.newPage();
  /** @type {string[]} */
  const errors = [];
  tab.on("pageerror", (error) => errors.push(String(error)));
  // What a page offers to its user as a download comes back as the user's upload.
  tab.on("download", async (download) => {
    await tab.setInputFiles("input[type=file]", await download.path());
  });
  await tab.goto(`http://127.0.0.1:${port}/${folder}/`);
  const isolated = await tab.evaluate("globalThis.crossOriginIsolated");
  if (isolated !== wanted) errors.push(`crossOriginIsolated is ${isolated}`);
  const lines = await linesOf(tab);
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
