/** What every page must have: names for all controls, a visible focus, a place for results, code to copy, an address that restores it. */

/** @typedef {import("./opened.mjs").Page} Page */

/** Controls without a name that a reader of the screen could say. @param {Page} page */
const unnamed = (page) =>
  page.evaluate(() => {
    const controls = document.querySelectorAll(
      "input, select, textarea, button, a, summary, canvas, [tabindex]",
    );
    return [...controls]
      .filter((one) => {
        const labels =
          "labels" in one ? /** @type {NodeListOf<Element> | null} */ (one.labels) : null;
        const said = [
          one.getAttribute("aria-label"),
          one.textContent,
          ...[...(labels ?? [])].map((label) => label.textContent),
        ];
        return !said.some((text) => text?.trim());
      })
      .map((one) => one.outerHTML.slice(0, 80));
  });

/** The names of all that can have the focus and is to be seen. @param {Page} page @returns {Promise<string[]>} */
const focusable = (page) =>
  page.evaluate(() =>
    [
      ...document.querySelectorAll(
        "input, select, textarea, button:enabled, a, summary, canvas[tabindex]",
      ),
    ]
      .filter((one) => one.checkVisibility() && one.getClientRects().length > 0)
      .map(
        (one) =>
          `${one.tagName} ${one.id || one.getAttribute("name") || one.textContent?.trim().slice(0, 30)}`,
      ),
  );

/** Goes through the page by Tab, and returns what has the focus without showing it, and how much was reached. @param {Page} page */
async function tabbed(page) {
  const unseen = [];
  const reached = new Set();
  const count = Number(
    await page.evaluate(
      "document.querySelectorAll('input, select, textarea, button:enabled, a, summary, [tabindex=\"0\"]').length",
    ),
  );
  for (let i = 0; i < count + 5; i++) {
    await page.keyboard.press("Tab");
    const found = await page.evaluate(() => {
      const one = document.activeElement;
      if (one === null || one === document.body) return null;
      const rings = [one, one.closest("label"), one.closest(".editor")].filter(
        (all) => all !== null,
      );
      const shows = rings.some((ring) => {
        const { outlineStyle, outlineWidth } = getComputedStyle(ring);
        return outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2;
      });
      const name = `${one.tagName} ${one.id || one.getAttribute("name") || one.textContent?.trim().slice(0, 30)}`;
      return { name, shows };
    });
    if (found === null) continue;
    reached.add(found.name);
    if (!found.shows) unseen.push(found.name);
  }
  return { unseen, reached };
}

/** Checks the manners of a page. @param {Page} page @param {(ok: boolean, text: string) => void} expect @param {string} file */
export async function manners(page, expect, file) {
  const nameless = await unnamed(page);
  expect(nameless.length === 0, `controls without a name: ${nameless.join("; ")}`);
  const { unseen, reached } = await tabbed(page);
  expect(unseen.length === 0, `no visible focus: ${[...new Set(unseen)].join("; ")}`);
  expect((await page.locator("h1").count()) === 1, "there must be one h1");
  expect((await page.getAttribute("html", "lang")) === "en", "the language must be said");
  if (file === "index.html") {
    expect((await page.locator(".cards a").count()) === 5, "there must be five cards");
    return;
  }
  const missed = (await focusable(page)).filter((name) => !reached.has(name));
  expect(missed.length === 0, `Tab does not reach ${missed.join("; ")}`);
  expect((await page.locator('[role="status"]').count()) > 0, "results must be said");
  expect(
    (await page.locator('main a[href*="/docs/"]').count()) > 0,
    "there must be a link to a guide",
  );
  await page.click("summary");
  await page.click("#copy");
  await page.locator("#copied").filter({ hasText: "Copied." }).waitFor({ timeout: 5000 });
  const copied = String(await page.evaluate("navigator.clipboard.readText()"));
  expect(copied === (await page.textContent("#program")), "what is copied must be the code");
  expect(copied.includes('from "metrigrad"'), "the code must be a program");
}
