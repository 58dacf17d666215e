/**
 * `npm run playground:try [-- NAME ...]`: builds the pages of the playground and tries them in headless Chromium: each trains and draws, by
 * mouse and keyboard, isolated (from `metrigrad playground`) and not (from a plain file server), in the size of a desktop and of a
 * phone, in light and dark. Takes the browser as scripts/browser.mjs does.
 */
import { launch } from "./chromium.mjs";
import { commandHost, plainHost } from "./playground/hosts.mjs";
import { manners } from "./playground/manners.mjs";
import { opened, textOf, untilText } from "./playground/opened.mjs";
import * as looks from "./playground/pages.mjs";
import { build, install, npm } from "./setup.mjs";

install();
if (build() !== 0 || npm(["run", "--silent", "playground"]) !== 0) process.exit(1);

const phone = { viewport: { width: 390, height: 800 }, hasTouch: true };
const dark = { colorScheme: /** @type {const} */ ("dark") };
const clipboard = { permissions: ["clipboard-read", "clipboard-write"] };
const files = ["index", "race", "geometry", "digits", "coordinates", "node"].map(
  (name) => `${name}.html`,
);

/** The hash of each page, and what its controls must then be. @type {Readonly<Record<string, { hash: string, controls: Record<string, string> }>>} */
const addresses = {
  "race.html": {
    hash: "task=digits&seconds=30&seed=3&measure=cost&racer=adam,muon",
    controls: { task: "digits", seconds: "30", seed: "3", measure: "cost", racer: "adam,muon" },
  },
  "geometry.html": {
    hash: "data=circles&activation=relu&width=4&table=kfac&lambda=-3&pace=5",
    controls: {
      data: "circles",
      activation: "relu",
      width: "4",
      table: "kfac",
      lambda: "-3",
      pace: "5",
    },
  },
  "digits.html": {
    hash: "net=lenet&optimizer=adam&passes=10&example=7",
    controls: { net: "lenet", optimizer: "adam", passes: "10" },
  },
  "coordinates.html": {
    hash: "mu=0.5&sigma=0.4&gamma=0.02&circles=off",
    controls: { mu: "0.5", sigma: "0.4", gamma: "0.02", circles: "off" },
  },
};

/** The values of controls by name, as the address has them. @param {import("playwright-core").Page} page @param {readonly string[]} names */
const controlsOf = (page, names) =>
  page.evaluate(
    (all) =>
      Object.fromEntries(
        all.map((name) => {
          const found = /** @type {HTMLInputElement[]} */ ([
            ...document.querySelectorAll(`[name="${name}"]`),
          ]);
          const ticked = found.filter((one) => one.type !== "checkbox" || one.checked);
          return [name, ticked.map((one) => one.value).join(",")];
        }),
      ),
    names,
  );

/** @typedef {import("./playground/pages.mjs").Look} Look */
/** @typedef {{ name: string, path: string, look: Look, options?: import("playwright-core").BrowserContextOptions }} Try */

/** @type {Try[]} */
const everywhere = [
  {
    name: "race",
    path: "race.html#task=poisson&seconds=5&racer=adam,lbfgs,engd",
    look: looks.race,
  },
  {
    name: "race of digits",
    path: "race.html#task=digits&seconds=30&racer=sgd,adam",
    look: looks.raceOfDigits,
  },
  { name: "geometry", path: "geometry.html#data=moons", look: looks.geometry },
  { name: "digits", path: "digits.html#passes=2", look: looks.digits },
  { name: "coordinates", path: "coordinates.html", look: looks.coordinates },
  { name: "node", path: "node.html", look: looks.node },
];

/** @type {Try[]} */
const isolatedOnly = [
  { name: "editor", path: "node.html", look: looks.editor },
  ...files.map((file) => ({
    name: `manners of ${file}`,
    path: file,
    options: clipboard,
    look: /** @type {Look} */ ((page, expect) => manners(page, expect, file)),
  })),
  ...Object.entries(addresses).map(([file, { hash, controls }]) => ({
    name: `address of ${file}`,
    path: `${file}#${hash}`,
    look: /** @type {Look} */ (
      async (page, expect) => {
        const found = await controlsOf(page, Object.keys(controls));
        for (const [name, value] of Object.entries(controls))
          expect(found[name] === value, `${name} must be ${value}, got ${found[name]}`);
      }
    ),
  })),
  {
    name: "an address with nonsense",
    path: "geometry.html#data=nothing&width=7&lambda=x&seed=<b>&other=1",
    look: async (page, expect) => {
      const found = await controlsOf(page, ["data", "width", "lambda"]);
      expect(
        JSON.stringify(found) === '{"data":"spirals","width":"8","lambda":"-2"}',
        `got ${JSON.stringify(found)}`,
      );
      await untilText(page, "result", /Step 0/);
    },
  },
  {
    name: "WebGPU as a choice",
    path: "race.html#task=digits&seconds=2&racer=sgd&backend=gpu",
    look: async (page, expect) => {
      await page.click("#start");
      const said = await untilText(page, "result", /After 2 s each|ended by an error/, 120_000);
      expect(said.includes("webgpu"), `got ${said}, ${await textOf(page, "problem")}`);
    },
  },
  {
    name: "less motion",
    path: "geometry.html#data=moons",
    options: { reducedMotion: "reduce" },
    look: async (page, expect) => {
      await untilText(page, "result", /Step 0/);
      await page.evaluate(() => {
        const seen = /** @type {any} */ (globalThis);
        seen.drawn = 0;
        new MutationObserver(() => seen.drawn++).observe(
          document.getElementById("cost") ?? document.body,
          { childList: true },
        );
      });
      await page.click("#run");
      await page.waitForTimeout(2500);
      const drawn = Number(await page.evaluate("globalThis.drawn"));
      expect(
        drawn >= 1 && drawn <= 5,
        `it must be drawn about once a second, got ${drawn} times in 2.5 s`,
      );
    },
  },
  ...files.flatMap((file) => [
    {
      name: `phone, ${file}`,
      path: file,
      options: phone,
      look: /** @type {Look} */ (async (page) => void (await page.waitForTimeout(400))),
    },
    { name: `dark, ${file}`, path: file, options: { ...phone, ...dark }, look: readable },
    { name: `light, ${file}`, path: file, look: readable },
  ]),
];

/** The contrast of text with its ground must be 4.5 or more. @type {Look} */
async function readable(page, expect) {
  await page.waitForTimeout(400);
  const poor = await page.evaluate(() => {
    const parse = (/** @type {string} */ text) => (text.match(/[\d.]+/g) ?? []).map(Number);
    const light = (/** @type {number[]} */ rgb) =>
      [0.2126, 0.7152, 0.0722].reduce((sum, weight, i) => {
        const share = (rgb[i] ?? 0) / 255;
        return sum + weight * (share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4);
      }, 0);
    const groundOf = (/** @type {Element | null} */ one) => {
      for (let at = one; at !== null; at = at.parentElement) {
        const ground = parse(getComputedStyle(at).backgroundColor);
        if (ground.length === 3 || (ground[3] ?? 0) === 1) return ground;
      }
      return [255, 255, 255];
    };
    return [
      ...document.querySelectorAll(
        "p, h1, h2, h3, a, label, button:enabled, td, th, li, legend, figcaption, summary, textarea, svg text",
      ),
    ]
      .filter((one) => one.textContent?.trim() && one.getClientRects().length > 0)
      .map((one) => {
        const style = getComputedStyle(one);
        const [a, b] = [
          light(parse(one instanceof SVGElement ? style.fill : style.color)),
          light(groundOf(one)),
        ];
        return {
          text: `${one.tagName} ${one.textContent?.trim().slice(0, 30)}`,
          contrast: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05),
        };
      })
      .filter(({ contrast }) => contrast < 4.5)
      .map(({ text, contrast }) => `${text}: ${contrast.toFixed(1)}`);
  });
  expect(poor.length === 0, `too little contrast: ${[...new Set(poor)].join("; ")}`);
}

const wanted = process.argv.slice(2);
/** @param {Try} one */
const isWanted = ({ name }) => wanted.length === 0 || wanted.some((one) => name.includes(one));
const browser = await launch();
let failed = 0;
for (const host of [await commandHost(), await plainHost()]) {
  const tries = host.isolated ? [...everywhere, ...isolatedOnly] : everywhere;
  for (const { name, path, look, options = {} } of tries.filter(isWanted)) {
    const problems = await opened(browser, host, path, options, look);
    console.log(`${problems.length === 0 ? "ok  " : "FAIL"}  ${host.name}: ${name}`);
    for (const problem of new Set(problems)) console.log(`      ${problem}`);
    failed += problems.length;
  }
  await host.close();
}
console.log(
  `Chromium ${browser.version()}: ${failed === 0 ? "the playground works" : `${failed} problems`}`,
);
await browser.close();
process.exit(failed === 0 ? 0 : 1);
