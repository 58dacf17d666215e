/**
 * `node --import tsx bench/pde/browser.ts [SECONDS …]`, after `npm run build`: the error of Poisson's equation in two dimensions after so many
 * seconds of steps (1 and 5 by default) by the natural gradient in a page of headless Chromium, on one thread, in float32 and
 * float64. Takes the browser from CHROMIUM, else Debian's.
 */
import { createServer } from "node:http";
import { join } from "node:path";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import type { PageRow } from "./page.ts";

const seconds = process.argv.slice(2).map(Number);
const { outputFiles } = await build({
  entryPoints: [join(import.meta.dirname, "page.ts")],
  ...{ bundle: true, write: false, format: "iife", platform: "browser", target: "es2022" },
  logOverride: { "empty-import-meta": "silent" },
});
const script = outputFiles[0]?.text ?? "";
const server = createServer((request, response) => {
  const isScript = request.url === "/page.js";
  const type = isScript ? "text/javascript" : "text/html";
  response.writeHead(200, { "Content-Type": `${type}; charset=utf-8` });
  response.end(isScript ? script : '<!doctype html><script src="/page.js"></script>');
});
await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
const address = server.address();
const port = typeof address === "object" ? address?.port : 0;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox"],
});
const page = await browser.newPage();
page.on("pageerror", (error) => console.error(error));
await page.goto(`http://127.0.0.1:${port}/`);
console.log(`Chromium ${browser.version()}`);
for (const budget of seconds.length > 0 ? seconds : [1, 5]) {
  const rows = await page.evaluate(
    (given) =>
      (globalThis as unknown as { measured: (s: number) => Promise<PageRow[]> }).measured(given),
    budget,
  );
  for (const { setting, errors, steps, backend } of rows) {
    const sorted = [...errors].sort((a, b) => a - b);
    const text = sorted.map((error) => error.toExponential(1)).join(", ");
    console.log(`${budget} s, ${setting}: ${text}; ${steps.join(", ")} steps; ${backend}`);
  }
}
await browser.close();
server.close();
