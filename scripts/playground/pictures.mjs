/**
 * `npm run playground:pictures`, after `npm run build` and `npm run playground`: takes the pictures of the guide, in docs/playground/pictures.
 * Colours are reduced to a palette, so that a file stays below 60 kB.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decode, encode } from "fast-png";
import { launch } from "../chromium.mjs";
import { root } from "../setup.mjs";
import { commandHost } from "./hosts.mjs";

const folder = join(root, "docs", "playground", "pictures");
const limit = 60_000;

/** @typedef {import("playwright-core").Page} Page */

/** The pictures: the page, what is done there, and what is seen of it. */
const pictures = [
  {
    name: "race",
    path: "race.html#task=poisson&seconds=10&racer=sgd,adam,lbfgs,kfac,engd",
    /** @param {Page} page */
    act: async (page) => {
      await page.click("#start");
      await page.locator("#result").filter({ hasText: "After 10 s" }).waitFor({ timeout: 180_000 });
    },
    from: "#settings",
    to: "#curves",
  },
  {
    name: "geometry",
    path: "geometry.html#data=spirals&table=standard",
    /** @param {Page} page */
    act: async (page) => {
      await page.click("#run");
      await page.waitForFunction(
        "/Step (3\\d\\d|[4-9]\\d\\d)/.test(document.getElementById('result').textContent)",
      );
      await page.click("#run");
    },
    from: "#surface",
    to: "#blocks",
  },
  {
    name: "coordinates",
    path: "coordinates.html#gamma=0.02",
    /** @param {Page} page */
    act: async (page) => {
      await page.locator("#result").filter({ hasText: "natural paths" }).waitFor();
    },
    from: "#planes",
    to: "#legend",
  },
];

/** The file with at most 256 colours and within the limit: colours near to each other are joined by dropping low bits. @param {Buffer} bytes */
function reduced(bytes) {
  const { data, width, height, channels } = decode(bytes);
  for (const bits of [5, 4, 3]) {
    const step = 2 ** (8 - bits);
    const palette = new Map();
    const indices = new Uint8Array(width * height);
    for (let i = 0; i < indices.length; i++) {
      const rgb = [0, 1, 2].map((c) =>
        Math.min(255, Math.round((data[i * channels + c] ?? 0) / step) * step),
      );
      const key = rgb.join();
      if (!palette.has(key)) palette.set(key, { at: palette.size, rgb });
      indices[i] = palette.get(key).at;
    }
    if (palette.size > 256) continue;
    const colours = [...palette.values()].map(({ rgb }) => rgb);
    const file = encode({ data: indices, width, height, channels: 1, depth: 8, palette: colours });
    if (file.length <= limit) return file;
  }
  throw new Error(`pictures: a picture must fit into ${limit} bytes; show less of the page`);
}

const host = await commandHost();
const browser = await launch();
mkdirSync(folder, { recursive: true });
for (const { name, path, act, from, to } of pictures) {
  const page = await browser.newPage({ viewport: { width: 960, height: 900 } });
  await page.goto(host.address + path);
  await act(page);
  await page.waitForTimeout(300);
  const box = /** @type {{ top: number, bottom: number }} */ (
    await page.evaluate(
      ([a, b]) => {
        const at = (/** @type {string | undefined} */ one) =>
          document.querySelector(one ?? "")?.getBoundingClientRect();
        return {
          top: (at(a)?.top ?? 0) + scrollY - 12,
          bottom: (at(b)?.bottom ?? 0) + scrollY + 2,
        };
      },
      [from, to],
    )
  );
  const bytes = await page.screenshot({
    fullPage: true,
    clip: { x: 0, y: box.top, width: 960, height: box.bottom - box.top },
  });
  const small = reduced(bytes);
  writeFileSync(join(folder, `${name}.png`), small);
  console.log(
    `${name}.png: ${(small.length / 1000).toFixed(0)} kB, from ${(bytes.length / 1000).toFixed(0)}`,
  );
  await page.close();
}
await browser.close();
await host.close();
