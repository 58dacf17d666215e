/**
 * `npm run watch:try`: trains by `metrigrad train --live`, follows it by `metrigrad watch` in headless Chromium, and checks that the page
 * grows, that the reader's place is kept, that keys reach its parts, and that it prints and fits a phone. Takes the browser as
 * scripts/browser.mjs does.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch } from "./chromium.mjs";
import { build, install, root } from "./setup.mjs";

install();
if (build() !== 0) process.exit(1);

const training = `
import { dataSet, dense, gaussian, rngd, sequential, tanh, tensor } from "metrigrad";
const rows = (n) => ({
  inputs: tensor(Float32Array.from({ length: 2 * n }, (_, i) => Math.sin(i)), { shape: [n, 2] }),
  targets: tensor(Float32Array.from({ length: n }, (_, i) => Math.sin(3 * Math.sin(2 * i))), { shape: [n, 1] }),
});
const wide = { activation: tanh };
export const model = sequential(dense(2, 32, wide), dense(32, 32, wide), dense(32, 1));
export const data = () => dataSet({ name: "wave", train: rows(20000), valid: rows(200), test: rows(200) });
export const likelihood = gaussian();
export const optimizer = rngd();
export const epochs = 40;
export const batchSize = 50;
`;

const patience = 120_000;
const bin = join(root, "packages", "metrigrad", "bin", "metrigrad.js");
const folder = realpathSync(mkdtempSync(join(tmpdir(), "metrigrad-watch-")));
symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
writeFileSync(join(folder, "wave.mjs"), training);

/** Starts the command in the folder. @param {string[]} args */
function start(args) {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((done) => child.on("close", done));
  return { child, ended };
}

/** Starts `metrigrad watch`, and returns it with its address. */
async function startWatch() {
  const watch = start(["watch", "runs/wave", "--port", "0", "--json"]);
  let text = "";
  const address = await new Promise((done, failed) => {
    watch.child.stdout.on("data", (part) => {
      text += part;
      if (/\n}\n$/.test(text)) done(JSON.parse(text).address);
    });
    void watch.ended.then((code) => failed(new Error(`metrigrad watch ended with code ${code}`)));
  });
  return { ...watch, address: String(address) };
}

let failed = 0;
/** @param {boolean} ok @param {string} what */
function check(ok, what) {
  console.log(`${ok ? "ok  " : "FAIL"}  ${what}`);
  if (!ok) failed++;
}

/** @typedef {import("playwright-core").Page} Page */

/** The number of epochs that the summary shows. @param {Page} page */
const epochsOf = async (page) => {
  const cells = await page.locator("section[aria-labelledby=summary] tbody tr > *").allInnerTexts();
  return Number(cells[3] ?? 0);
};

/** Waits until the summary has so many epochs. @param {Page} page @param {number} least */
async function untilEpoch(page, least) {
  const end = Date.now() + patience;
  while (Date.now() < end) {
    const count = await epochsOf(page);
    if (count >= least) return count;
    await page.waitForTimeout(100);
  }
  throw new Error(`epoch ${least} must come within ${patience / 1000} s`);
}

/** How far the first curve goes, as the description of the picture and the number of its points say. @param {Page} page */
const curveOf = (page) =>
  page.evaluate(() => {
    const path = document.querySelector("section[aria-labelledby=curves] path[data-series]");
    return (path?.getAttribute("d") ?? "").split("L").length;
  });

/** What a reader has opened, focused and scrolled to. @param {Page} page */
const placeOf = (page) =>
  page.evaluate(() => {
    const one = document.querySelector("section[aria-labelledby=settings] details");
    return {
      open: one?.hasAttribute("open") ?? false,
      focused: document.activeElement === one?.querySelector("summary"),
      top: Math.round(one?.getBoundingClientRect().top ?? -1),
      scrolled: Math.round(scrollY),
    };
  });

/** The tags that Tab reaches, and those that do not show it. @param {Page} page */
async function tabbed(page) {
  const reached = new Set();
  const unseen = new Set();
  await page.evaluate("document.activeElement?.blur()");
  const count = Number(
    await page.evaluate('document.querySelectorAll("a, summary, [tabindex]").length'),
  );
  for (let at = 0; at < count; at++) {
    await page.keyboard.press("Tab");
    const { name, shows } = await page.evaluate(() => {
      const one = document.activeElement ?? document.body;
      const { outlineStyle, outlineWidth } = getComputedStyle(one);
      const shown = outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2;
      const inside = one.closest("nav") === null ? "" : "nav ";
      return { name: `${inside}${one.tagName.toLowerCase()}`, shows: shown };
    });
    reached.add(name);
    if (!shows && name !== "body") unseen.add(name);
  }
  return { reached, unseen };
}

/** What is wider than the window. @param {Page} page */
const overflow = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

const watch = await startWatch();
const browser = await launch();
const page = await browser.newPage({ viewport: { width: 1100, height: 800 } });
/** @type {string[]} */
const errors = [];
page.on("console", (message) => {
  if (["error", "warning"].includes(message.type())) errors.push(message.text());
});
page.on("pageerror", (error) => errors.push(error.message));
page.on("request", (request) => {
  const own = request.url().startsWith(watch.address) || request.url() === "data:,";
  if (!own) errors.push(`a request beyond the server: ${request.url()}`);
});

let train = null;
try {
  await page.goto(watch.address);
  check((await page.textContent("main"))?.includes("No run has begun yet.") ?? false, "it waits");
  train = start(["train", "wave.mjs", "--live", "--threads", "1", "--spectra", "10"]);
  const first = await untilEpoch(page, 2);
  const before = await curveOf(page);
  await page.locator("section[aria-labelledby=settings] summary").first().click();
  const placed = await placeOf(page);
  check(placed.open && placed.focused && placed.scrolled > 0, "a reader opens the settings");
  const second = await untilEpoch(page, first + 3);
  const after = await curveOf(page);
  check(after >= before + 3, `the curve grows: ${before} points, then ${after}`);
  const kept = await placeOf(page);
  check(kept.open && kept.focused, "what was opened stays open, and the focus stays");
  check(Math.abs(kept.top - placed.top) <= 2, `the place stays: ${placed.top}, then ${kept.top}`);
  check((await overflow(page)) <= 0, "nothing is wider than the window");
  check(second < 40, `it was watched while it trained: epoch ${second} of 40`);
  check((await train.ended) === 0, "the training ends");
  await page.locator("main").filter({ hasText: "test cost" }).waitFor({ timeout: patience });
  await page.locator("section[aria-labelledby=spectra]").waitFor({ timeout: patience });
  check((await epochsOf(page)) === 40, "the page has the record at the end");
  const { reached, unseen } = await tabbed(page);
  for (const name of ["nav a", "div", "figure", "summary"])
    check(reached.has(name), `Tab reaches ${name}`);
  check(unseen.size === 0, `the focus is seen: ${[...unseen].join(", ") || "everywhere"}`);
  for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 390, height: 800 });
    check((await overflow(page)) <= 0, `390 pixels are wide enough, ${colorScheme}`);
  }
  await page.emulateMedia({ media: "print", colorScheme: "light" });
  const shown = await page.evaluate(() =>
    [...document.querySelectorAll("details td")].every((one) =>
      one.checkVisibility({ contentVisibilityAuto: true }),
    ),
  );
  check(shown, "folded parts are printed");
  const pdf = await page.pdf({ format: "A4" });
  check(pdf.length > 10_000, `it prints: ${pdf.length} bytes`);
  watch.child.kill("SIGINT");
  check((await watch.ended) === 0, "Ctrl-C ends the server");
  await page.locator('[role="status"]').filter({ hasText: "The server has ended" }).waitFor();
  check(true, "the page says that the server has ended");
} catch (error) {
  check(false, String(/** @type {Error} */ (error).message).split("\n")[0] ?? "");
}
// Once the server has ended, the browser says so on the console.
const odd = errors.filter(
  (text) => !text.includes("ERR_CONNECTION_REFUSED") && !text.includes("ERR_INCOMPLETE_CHUNKED"),
);
check(odd.length === 0, `no errors: ${[...new Set(odd)].join("; ") || "none"}`);
train?.child.kill();
watch.child.kill();
console.log(
  `Chromium ${browser.version()}: ${failed === 0 ? "watch works" : `${failed} problems`}`,
);
await browser.close();
rmSync(folder, { recursive: true, force: true });
process.exit(failed === 0 ? 0 : 1);
