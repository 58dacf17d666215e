/** Every function that draws has a row here, and every picture keeps the common rules. */
import { tanh } from "@metrigrad/graph";
import { explain, standardMetrics } from "@metrigrad/metric";
import { dense } from "@metrigrad/nn";
import { type Plan, reference } from "@metrigrad/tensor";
import test from "tape";
import * as view from "../src/index.ts";
import { elements, readPage } from "./support/page.ts";
import { checkPicture, read } from "./support/picture.ts";
import { exampleRecording, exampleRun } from "./support/runs.ts";

const words = 'a < b & "c" > d';
const plane = { title: words, range: [-1, 1] } as const;
const plan = {
  float: "f32",
  buffers: [],
  feeds: [],
  outputs: [],
  arenaBytes: 0,
  steps: [{ kind: "map", label: words, shape: [], inputs: [], exprs: [], outputs: [] }],
} as unknown as Plan;

/** A picture by each function, with words that have to be escaped. */
const drawn: Readonly<Record<string, () => string | Promise<string>>> = {
  curves: () =>
    view.curves([{ label: words, panel: words, points: [{ step: 1, error: 2 }] }], {
      title: words,
      note: words,
    }),
  graphView: () =>
    view.graphView(explain(dense(2, 3), { batchSize: 4, metrics: standardMetrics }), {
      title: words,
      note: words,
    }),
  heatmap: () =>
    view.heatmap({ [words]: [[1, 2]] }, { title: words, note: words, quantity: words }),
  histograms: () =>
    view.histograms([{ epoch: 1, parameters: { [words]: [1, 2] } }], { title: words, note: words }),
  landscape: () =>
    view.landscape(
      {
        x: plane,
        y: plane,
        values: [[1]],
        paths: {
          [words]: [
            [0, 0],
            [1, 1],
          ],
        },
      },
      { title: words, note: words, quantity: words },
    ),
  planView: () => view.planView(plan, { title: words, note: words }),
  spectrum: () => view.spectrum({ [words]: [1, 2] }, { title: words, note: words }),
  stepLengths: () =>
    view.stepLengths([{ step: 1, quantities: { length: 1, [words]: 2 }, blocks: [] }], {
      title: words,
      note: words,
      quantity: words,
    }),
  timeline: () => view.timeline(plan, [1], { title: words, note: words }),
  zones: async () => {
    const model = dense(2, 3, { activation: tanh });
    const store = await (await reference()).store(model, { seed: 1 });
    const found = await view.learningZones(model, store, { x: plane, cells: 3 });
    return view.zones(found, { title: words, note: words });
  },
};

/** A page with the same words. */
const page = () => {
  const run = { ...exampleRun(words, words, 1), settings: { [words]: words }, command: words };
  return view.reportPage([{ name: words, recording: exampleRecording(run) }], { title: words });
};

/** What draws nothing. */
const others = ["epochsCsv", "learningZones", "writeReport"];

test("every function of the package has a row", async (t) => {
  const functions = Object.entries(view)
    .filter(([, value]) => typeof value === "function")
    .map(([name]) => name);
  t.deepEqual(functions.sort(), [...Object.keys(drawn), ...others, "reportPage"].sort());
});

test("reportPage: words as they are, and the same text again", (t) => {
  const html = page();
  t.equal(page(), html, "the same data give the same text");
  const { body } = readPage(html);
  for (const tag of ["h1", "th", "td", "pre", "summary"]) {
    const found = elements(body, tag).some((one) => one.textContent?.includes(words));
    t.ok(found, `${tag}: words are escaped once`);
  }
  t.end();
});

for (const [name, draw] of Object.entries(drawn)) {
  test(`${name}: the rules of all pictures, words as they are, and the same text again`, async (t) => {
    const svg = await draw();
    const { texts, root, all } = checkPicture(t, svg, name);
    t.ok(
      texts.some(({ text }) => text.includes(words)),
      "words are escaped once",
    );
    t.equal(await draw(), svg, "the same data give the same text");
    t.equal(root.getAttribute("viewBox")?.split(" ")[2], "830");
    const fetched = all.filter(
      (one) => one.tagName === "script" || one.getAttribute("href") !== null,
    );
    t.deepEqual(fetched, [], "nothing is fetched or run");
    const style = read(svg).root.getElementsByTagName("style")[0]?.textContent ?? "";
    t.ok(style.startsWith("@media (prefers-color-scheme:dark)"), "colours for dark pages");
  });
}
