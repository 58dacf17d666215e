/** What each page of the playground must do, by mouse and by keyboard. */
import { numberIn, textOf, untilText } from "./opened.mjs";

/** @typedef {import("./opened.mjs").Page} Page */
/** @typedef {(page: Page, expect: (ok: boolean, text: string) => void) => Promise<void>} Look */

/** The picture of a canvas as text. @param {Page} page @param {string} selector */
const inkOf = (page, selector) =>
  page.evaluate((found) => {
    const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector(found));
    return canvas.toDataURL();
  }, selector);

const number = "(\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?)";

/** The text of the picture that a button saves. @param {Page} page @param {string} selector */
async function savedBy(page, selector) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(selector)]);
  const stream = await download.createReadStream();
  let text = "";
  for await (const part of stream) text += part;
  return text;
}

/** Waits until the address matches: it follows a moment after the control. @param {Page} page @param {RegExp} pattern */
async function addressed(page, pattern) {
  const has = () => pattern.test(page.url());
  for (let i = 0; i < 100 && !has(); i++) await page.waitForTimeout(100);
  if (!has()) throw new Error(`the address must match ${pattern}, got ${page.url()}`);
}

/** Presses a key on an element several times. @param {Page} page @param {string} selector @param {string} key @param {number} times */
async function press(page, selector, key, times = 1) {
  await page.focus(selector);
  for (let i = 0; i < times; i++) await page.keyboard.press(key);
}

/** The race on Poisson's equation: the natural gradient wins by far, and the curves move. @type {Look} */
export async function race(page, expect) {
  const path = () => page.getAttribute("#curves path.curve", "d");
  await press(page, "#start", "Enter");
  await untilText(page, "result", /Racing on/);
  await page.waitForFunction(
    "document.querySelector('#curves path.curve').getAttribute('d').length > 40",
  );
  const first = await path();
  const said = await untilText(page, "result", /After 5 s each/, 120_000);
  expect((await path()) !== first, "the curves do not move");
  const [adam = 0, engd = 1] = [
    ...["adam", "engd"].map((name) => numberIn(said, new RegExp(`${name} ${number}`))),
  ];
  expect(engd < adam / 10, `engd ${engd} must be far below adam ${adam}`);
  const saved = await savedBy(page, "#save");
  expect(
    /^<svg[\s\S]*engd[\s\S]*<\/svg>\s*$/.test(saved),
    `a picture must be saved, got ${saved.slice(0, 40)}`,
  );
  expect((await page.locator("#table tr").count()) === 3, "the table must have three rows");
  const seconds = await page.locator("#table td:nth-child(3)").allTextContents();
  expect(
    seconds.every((one) => Math.abs(Number(one) - 5) < 0.5),
    `all must have the same time, got ${seconds.join(", ")}`,
  );
}

/** Digits race too; a race can be stopped. @type {Look} */
export async function raceOfDigits(page, expect) {
  expect(await page.isVisible("#measure-field"), "the choice of a measure must be there");
  await page.click("#start");
  // Nine of ten answers are wrong at the beginning.
  await page.waitForFunction(() => {
    const cells = [...document.querySelectorAll("#table td:nth-child(2)")];
    const learned = cells.filter((cell) => Number.parseFloat(cell.textContent ?? "") < 60);
    return cells.length === 2 && learned.length === 2;
  });
  await page.click("#stop");
  const said = await untilText(page, "result", /^Stopped: /);
  expect(/sgd [\d.]+ %/.test(said) && /adam [\d.]+ %/.test(said), said);
}

/** The geometry: it runs, pauses, steps, and takes another λ on the way. @type {Look} */
export async function geometry(page, expect) {
  const step = async () => numberIn(await textOf(page, "result"), /Step (\d+)/);
  const begin = await untilText(page, "result", /Step 0: cost/);
  const before = await inkOf(page, "#surface");
  await press(page, "#step", "Space");
  await untilText(page, "result", /Step 1:/);
  await press(page, "#run", "Space");
  await page.waitForFunction(
    "/Step ([3-9]\\d|\\d{3,}):/.test(document.getElementById('result').textContent)",
  );
  await press(page, 'input[name="lambda"]', "ArrowRight", 2);
  await addressed(page, /lambda=-1\.5/);
  await page.waitForTimeout(600);
  await press(page, "#run", "Space");
  await page.waitForFunction("document.getElementById('run').textContent === 'Run'");
  const paused = await step();
  expect(paused > 30, `it must go on from where it was, got step ${paused}`);
  await press(page, "#step", "Enter");
  await untilText(page, "result", new RegExp(`Step ${paused + 1}:`));
  const cost = (/** @type {string} */ text) => numberIn(text, /cost ([\d.e-]+)/);
  const [first, last] = [cost(begin), cost(await textOf(page, "result"))];
  expect(last < first, `the cost must fall, from ${first} to ${last}`);
  expect((await inkOf(page, "#surface")) !== before, "the surface must change");
  expect((await page.locator("#zones canvas").count()) === 16, "there must be 16 zones");
  const named = await page.locator("#spectrum text").allTextContents();
  expect(
    ["dense0", "dense1", "dense2", "λ"].every((name) => named.includes(name)),
    "spectra need names",
  );
  for (const [name, part] of [
    ["metric", "unitGram"],
    ["spectrum", "dense1"],
    ["lengths", "√nats"],
  ]) {
    const saved = await savedBy(page, `#save-${name}`);
    expect(saved.startsWith("<svg") && saved.includes(part ?? ""), `${name} must be saved`);
  }
  for (const table of ["linear", "paper", "full", "kfac", "diagonal", "whole"]) {
    await page.selectOption('select[name="table"]', table);
    await untilText(page, "result", /Step 0:/);
    await press(page, "#step", "Enter");
    await untilText(page, "result", /Step 1:/);
    const blocks = table === "whole" ? 1 : 3;
    await page.waitForFunction(
      (n) => document.querySelectorAll("#blocks canvas").length === n,
      blocks,
    );
    expect((await textOf(page, "problem")) === "", await textOf(page, "problem"));
  }
}

/** Digits: a net is trained, and reads a test digit and what is drawn by keys and by the mouse. @type {Look} */
export async function digits(page, expect) {
  await page.focus("#drawing");
  for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Space");
  for (let i = 0; i < 12; i++) await page.keyboard.press("ArrowDown");
  await untilText(page, "result", /Train a net first/);
  await press(page, "#start", "Enter");
  const trained = await untilText(page, "training", /^Trained: /, 120_000);
  const wrong = numberIn(trained, /Trained: ([\d.]+) %/);
  expect(wrong < 20, `at most 20 % may be wrong, got ${trained}`);
  const byKeys = await untilText(page, "result", /^A \d/);
  expect(byKeys.startsWith("A 1,"), `a stroke by keys must be read as 1, got ${byKeys}`);
  await press(page, "#drawing", "Delete");
  await untilText(page, "result", /Draw something/);
  const box = await page.locator("#drawing").boundingBox();
  if (box === null) throw new Error("the drawing must be there");
  const at = (/** @type {number} */ turn) => {
    const angle = 2 * Math.PI * turn;
    return [box.x + 140 + 60 * Math.sin(angle), box.y + 140 - 90 * Math.cos(angle)];
  };
  await page.mouse.move(at(0)[0] ?? 0, at(0)[1] ?? 0);
  await page.mouse.down();
  for (let i = 1; i <= 40; i++) await page.mouse.move(at(i / 40)[0] ?? 0, at(i / 40)[1] ?? 0);
  await page.mouse.up();
  const byMouse = await untilText(page, "result", /^A \d/);
  expect(byMouse.startsWith("A 0,"), `a ring by mouse must be read as 0, got ${byMouse}`);
  await page.click("#example");
  await untilText(page, "result", /It is a \d\./);
  await addressed(page, /example=\d+/);
  const shares = await page.locator("#bars .share").allTextContents();
  const sum = shares.reduce((all, one) => all + Number.parseFloat(one), 0);
  expect(Math.abs(sum - 100) < 1, `probabilities must add up to 100 %, got ${sum}`);
}

/** Coordinates: the start moves by keys and by the mouse; natural paths stay together. @type {Look} */
export async function coordinates(page, expect) {
  const read = async () => {
    const said = await untilText(page, "result", /between the natural paths/);
    return [
      numberIn(said, /time: ([\d.e-]+) between/),
      numberIn(said, /, ([\d.e-]+) between the plain/),
    ];
  };
  const [natural = 1, plain = 0] = await read();
  expect(natural < plain / 3, `natural ${natural}, plain ${plain}`);
  const path = () => page.getAttribute('#plane0 path[data-kind="0"]', "d");
  const first = await path();
  await press(page, "#start", "ArrowRight", 3);
  await addressed(page, /mu=-1\.35/);
  await page.waitForFunction(
    (old) => document.querySelector('#plane0 path[data-kind="0"]')?.getAttribute("d") !== old,
    first,
  );
  const focused = await page.evaluate("document.activeElement.id");
  expect(focused === "start", `the start must keep the focus, got ${focused}`);
  const box = await page.locator("#plane0").boundingBox();
  if (box === null) throw new Error("the plane must be there");
  await page.mouse.move(box.x + box.width * 0.7, box.y + box.height * 0.3);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.75, box.y + box.height * 0.35);
  await page.mouse.up();
  // A μ above 0.5.
  await addressed(page, /mu=(0\.[5-9]|[1-9])/);
  await page.selectOption('select[name="gamma"]', "0.02");
  const [finer = 1] = await read();
  expect(finer >= 0, "the paths must be computed anew");
}

/** The node: the check passes, and every planted error is caught. @type {Look} */
export async function node(page, expect) {
  await untilText(page, "result", /^All 12 checks passed/);
  const planted = 4;
  for (let i = 0; i < planted; i++) {
    await press(page, "#plant", "Enter");
    await untilText(page, "result", /Planted|Checking/).catch(() => {});
    const said = await untilText(page, "result", /^(Caught: [1-9]|All)/);
    expect(said.startsWith("Caught"), `planted error ${i} must be caught, got ${said}`);
    await addressed(page, new RegExp(`planted=${i}`));
  }
  await page.click("#restore");
  await untilText(page, "result", /^All 12 checks passed/);
  await page.click("#train");
  const said = await untilText(page, "result", /^Trained: /);
  const [from, to] = [numberIn(said, /from ([\d.]+)/), numberIn(said, /to ([\d.]+) nats/)];
  expect(to < from, `the cost must fall, got ${said}`);
  expect(await page.isVisible("#fit svg"), "the fit must be drawn");
}

/** The node's editor: errors are shown with their line, an endless program can be stopped. @type {Look} */
export async function editor(page, expect) {
  await untilText(page, "result", /^All 12 checks passed/);
  const text = await page.inputValue("#text");
  const write = (/** @type {string} */ next) => page.fill("#text", next);
  await write(text.replace("sin(t)", "sin(t"));
  expect(
    /^Line 16: SyntaxError/.test(await untilText(page, "problem", /Error/)),
    await textOf(page, "problem"),
  );
  await write(text.replace("  augment, cos,", "  augment, fit, cos,"));
  const missing = await untilText(page, "problem", /this page has no fit/);
  expect(missing.startsWith("Line 2: "), missing);
  await write(text.replace("export const model", "oops();\nexport const model"));
  const thrown = await untilText(page, "problem", /oops is not defined/);
  expect(thrown.startsWith("Line 32: "), thrown);
  await write(text.replace('"metrigrad"', '"https://example.org/x.js"'));
  await untilText(page, "problem", /may import from "metrigrad" only/);
  await write(text.replace("export const metric", "const metric"));
  await untilText(page, "problem", /must export a metric/);
  await write(`${text}\nfor (;;) {}`);
  await untilText(page, "result", /Checking/);
  await page.click("#stop");
  await untilText(page, "result", /Stopped/);
  await write(text);
  await untilText(page, "result", /^All 12 checks passed/);
  await page.focus("#text");
  await page.keyboard.press("Tab");
  const left = await page.evaluate("document.activeElement.id !== 'text'");
  expect(Boolean(left), "Tab must leave the editor");
}
