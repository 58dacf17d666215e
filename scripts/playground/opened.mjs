/** Opens pages of the playground in a browser, and keeps what they should not do. */
import { performance } from "node:perf_hooks";

/** Milliseconds in which a page must be loaded. */
const patience = 2000;

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {{ problems: string[], expect: (ok: boolean, text: string) => void }} Problems */

/** Where the checks put what is wrong. @returns {Problems} */
export function problemList() {
  /** @type {string[]} */
  const problems = [];
  return { problems, expect: (ok, text) => void (ok || problems.push(text)) };
}

/**
 * Opens a page, and calls `look` with it. Errors on the console, requests beyond the host's folder, a slow load and text that is wider
 * than the window are problems.
 * @param {import("playwright-core").Browser} browser
 * @param {import("./hosts.mjs").Host} host
 * @param {string} path The file with its hash
 * @param {import("playwright-core").BrowserContextOptions} options
 * @param {(page: Page, expect: Problems["expect"]) => Promise<void>} look
 */
export async function opened(browser, host, path, options, look) {
  const { problems, expect } = problemList();
  const context = await browser.newContext({ viewport: { width: 1200, height: 850 }, ...options });
  const page = await context.newPage();
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`error: ${error.message}`));
  page.on("requestfailed", (request) => problems.push(`request failed: ${request.url()}`));
  page.on("request", (request) => {
    const url = request.url();
    const own = url.startsWith(host.address) || /^(blob|data):/.test(url);
    if (!own) problems.push(`a request beyond the folder: ${url}`);
  });
  page.setDefaultTimeout(60_000);
  const start = performance.now();
  try {
    await page.goto(host.address + path, { waitUntil: "load" });
    const took = performance.now() - start;
    expect(took < patience, `it loads in ${took.toFixed(0)} ms, not in ${patience}`);
    const isolated = await page.evaluate("globalThis.crossOriginIsolated");
    expect(isolated === host.isolated, `crossOriginIsolated is ${isolated}`);
    await look(page, expect);
    const [wide, window] = /** @type {[number, number]} */ (
      await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    );
    expect(wide <= window, `it is ${wide} pixels wide in a window of ${window}`);
  } catch (error) {
    problems.push(String(/** @type {Error} */ (error).message).split("\n")[0] ?? "");
  }
  await context.close();
  return problems;
}

/** The text of an element. @param {Page} page @param {string} id @returns {Promise<string>} */
export const textOf = async (page, id) => (await page.textContent(`#${id}`)) ?? "";

/** Waits until the text of an element matches, and returns it. @param {Page} page @param {string} id @param {RegExp} pattern @param {number} [timeout] */
export async function untilText(page, id, pattern, timeout = 60_000) {
  const locator = page.locator(`#${id}`).filter({ hasText: pattern });
  try {
    await locator.waitFor({ state: "attached", timeout });
  } catch {
    const problem = await page.textContent("#problem").catch(() => "");
    throw new Error(
      `#${id} must match ${pattern}, got ${JSON.stringify(await textOf(page, id))}${problem ? `, problem: ${problem}` : ""}`,
    );
  }
  return textOf(page, id);
}

/** A number in a text. @param {string} text @param {RegExp} pattern */
export const numberIn = (text, pattern) => Number(pattern.exec(text)?.[1] ?? "NaN");
