/** The page of a report: its parts, its words, and what it must not do. */
import { explain, linearMetrics, standardMetrics } from "@metrigrad/metric";
import { dense, sequential } from "@metrigrad/nn";
import { DataError } from "@metrigrad/tensor";
import type { LiveState, Recording, ReportRecord, RunRecord } from "@metrigrad/train";
import test from "tape";
import { type NamedRecording, reportPage } from "../../src/index.ts";
import { elements, type PageOf, picturesOf, readPage } from "../support/page.ts";
import { checkPicture, contrast } from "../support/picture.ts";
import { exampleRecording, exampleRun } from "../support/runs.ts";

const page = (recording: Recording, name = "first") => reportPage([{ name, recording }]);
const idsOf = ({ sections }: PageOf) => [...sections.keys()];
const textOf = (read: PageOf, id: string) => read.sections.get(id)?.textContent ?? "";

/** The rows of the first table of a part, as texts. */
function rowsOf(read: PageOf, id: string, at = 0): string[][] {
  const part = read.sections.get(id);
  const table = part === undefined ? undefined : elements(part, "table")[at];
  if (table === undefined) throw new Error(`${id} has no table ${at}`);
  return elements(table, "tr").map((row) =>
    [...row.childNodes].map((cell) => cell.textContent ?? ""),
  );
}

/** A report of so many blocks, whose damping stays and whose step lengths fall. */
function reportAt(step: number, count = 2): ReportRecord {
  const blocks = Array.from({ length: count }, (_, at) => ({
    path: `part${at % 4}/dense${at}`,
    params: ["w"],
    solver: "dense",
    quantities: {
      lambda: 2,
      length: 1 / (step + at),
      residual: { min: 1e-8 / step, median: 2e-8, max: 3e-8 },
    },
  }));
  return { step, quantities: { length: 2 / step }, blocks };
}

const model = JSON.parse(
  JSON.stringify(
    explain(sequential(dense(2, 3), dense(3, 2)), { batchSize: 4, metrics: standardMetrics }),
  ),
);
const spectra = [1, 3].flatMap((epoch) =>
  ["dense0", "dense1"].map((path, at) => {
    return { epoch, path, params: ["w"], matrices: at + 1, values: [4 / epoch, 1, 0.1, 1e-9] };
  }),
);
const profile = [
  { kind: "matmul", count: 4, seconds: 2e-3, secondsMetric: 5e-4 },
  { kind: "map", count: 2.5, seconds: 1e-3, secondsMetric: 0 },
  { kind: "cholesky", count: 2, seconds: 5e-4, secondsMetric: 5e-4 },
];

/** A run of which everything is known. */
function wholeRun(optimizer: string, seed: number, epochs = 3, blocks = 2): RunRecord {
  const run = exampleRun("net", optimizer, seed, epochs);
  const reported = run.epochs.map((epoch) => ({
    ...epoch,
    report: reportAt(10 * epoch.epoch, blocks),
  }));
  const command = `metrigrad train net.ts --seed ${seed}`;
  return { ...run, epochs: reported, model, spectra, profile, command };
}

test("a page has each part whose data are there, and no other", (t) => {
  const bare = exampleRun("net", "sgd", 1);
  const with_ = (more: Partial<RunRecord>) =>
    idsOf(readPage(page(exampleRecording({ ...bare, ...more }))));
  const always = ["summary", "curves", "settings", "environment"];
  t.deepEqual(with_({}), always);
  t.deepEqual(with_({ epochs: [] }), ["summary", "settings", "environment"]);
  t.deepEqual(with_({ model }), ["summary", "curves", "model", "settings", "environment"]);
  const { epochs } = wholeRun("rngd", 1);
  t.deepEqual(with_({ epochs }), ["summary", "curves", "blocks", "settings", "environment"]);
  t.deepEqual(with_({ spectra }), ["summary", "curves", "spectra", "settings", "environment"]);
  t.deepEqual(with_({ profile }), ["summary", "curves", "time", "settings", "environment"]);
  t.deepEqual(with_({ command: "x" }), [...always, "again"]);
  const two = exampleRecording(bare, { ...bare, optimizer: "adam", settings: { beta1: 0.9 } });
  t.ok(idsOf(readPage(page(two))).includes("compared"), "settings that differ");
  const alike = exampleRecording(bare, { ...bare, optimizer: "adam" });
  t.notOk(idsOf(readPage(page(alike))).includes("compared"), "no settings that differ");
  t.deepEqual(idsOf(readPage(page(exampleRecording()))), ["summary", "environment"]);
  t.match(textOf(readPage(page(exampleRecording())), "summary"), /No run has begun yet/);
  t.end();
});

test("a whole page is well-formed, can be read by all, and reaches no network", (t) => {
  const html = page(exampleRecording(wholeRun("rngd", 1), wholeRun("rngd", 2), wholeRun("ngd", 1)));
  const read = readPage(html);
  const { root, body, sections } = read;
  t.equal(root.getAttribute("lang"), "en");
  const outside = html.replaceAll('xmlns="http://www.w3.org/2000/svg"', "");
  t.notOk(/https?:|\/\/[a-z]|@import|url\((?!#)/.test(outside), "no address of elsewhere");
  t.equal(elements(root, "script").length, 0);
  const all = elements(root, "*");
  const ids = all.flatMap((one) => one.getAttribute("id") || []);
  t.equal(new Set(ids).size, ids.length, "identifiers differ");
  for (const one of elements(body, "a")) {
    t.ok(ids.includes((one.getAttribute("href") ?? "").slice(1)), "a link leads to a part");
  }
  const levels = all.flatMap(({ tagName }) => /^h([1-6])$/.exec(tagName)?.[1] ?? []).map(Number);
  t.equal(levels.filter((level) => level === 1).length, 1, "one first heading");
  t.ok(
    levels.every((level, at) => level <= (levels[at - 1] ?? 0) + 1),
    "no level of headings is left out",
  );
  for (const [id, section] of sections) {
    const [heading, about] = [...section.childNodes];
    t.equal(heading?.nodeName, "h2", id);
    t.equal(about?.nodeName, "p", id);
    const words = (about?.textContent ?? "").split(/\s+/).length;
    t.ok(words >= 7 && words < 30 && /\.$/.test(about?.textContent ?? ""), `${id}: what is seen`);
  }
  for (const table of elements(body, "table")) {
    const caption = elements(table, "caption")[0]?.textContent ?? "";
    t.ok(/^[A-Z].*\.$/.test(caption), `a caption: ${caption}`);
    const [head] = elements(table, "thead");
    const titles = head === undefined ? [] : elements(head, "th");
    t.ok(titles.every((one) => one.getAttribute("scope") === "col" && one.textContent !== ""));
    const rows = elements(table, "tbody").flatMap((one) => elements(one, "tr"));
    for (const row of rows) {
      t.equal(elements(row, "th")[0]?.getAttribute("scope"), "row", caption);
      t.equal([...row.childNodes].length, titles.length, "as many cells as titles");
    }
  }
  const scrolled = all.filter((one) => one.getAttribute("class") === "scroll");
  t.ok(scrolled.every((one) => one.getAttribute("tabindex") === "0"));
  const names = scrolled.map((one) => one.getAttribute("aria-label"));
  t.ok(
    names.every((name) => (name ?? "") !== ""),
    "what scrolls has a name",
  );
  const keys = elements(body, "details").map((one) => one.getAttribute("data-key"));
  t.equal(new Set(keys).size, keys.length, "keys of what is opened differ");
  const pictures = picturesOf(html);
  t.ok(pictures.length >= 7, `${pictures.length} pictures`);
  pictures.forEach((svg, at) => void checkPicture(t, svg, `picture ${at}`));
  t.end();
});

test("colours of the page have a contrast of 4.5 or more with its ground", (t) => {
  const style = elements(readPage(page(exampleRecording())).root, "style")[0]?.textContent ?? "";
  const [light = "", dark = ""] = style.split("@media (prefers-color-scheme:dark)");
  for (const [side, text] of Object.entries({ light, dark: dark.split("*{")[0] ?? "" })) {
    const colours = Object.fromEntries(
      [...text.matchAll(/--(\w+):(#[0-9a-f]{6})/g)].map(([, name, colour]) => [name, colour]),
    );
    const { paper = "" } = colours;
    for (const name of ["strong", "quiet", "link"]) {
      t.ok(contrast(colours[name] ?? "", paper) >= 4.5, `${side}: ${name}`);
    }
    for (const name of ["bar", "metric"]) {
      t.ok(contrast(colours[name] ?? "", paper) >= 3, `${side}: ${name}`);
    }
  }
  const used = [...style.matchAll(/color:var\(--(\w+)\)/g)].map(([, name]) => name);
  t.ok(
    used.every((name) => ["strong", "quiet", "link"].includes(name ?? "")),
    "texts have these colours",
  );
  t.end();
});

test("the summary has the last epoch, the median of repeats, and their range", (t) => {
  const runs = [1, 2, 4].map((seed) => exampleRun("net", "sgd", seed, 2));
  const own = { validMetrics: { rmse: 0.25 } };
  const other = exampleRun("net", "adam", 1, 1);
  const adam = { ...other, epochs: other.epochs.map((one) => ({ ...one, ...own })) };
  const [titles, sgd, one] = rowsOf(readPage(page(exampleRecording(...runs, adam))), "summary");
  t.deepEqual(titles, [
    ...["architecture", "optimizer", "seeds", "epochs", "training cost", "validation cost"],
    ...["validation accuracy", "validation rmse", "test cost", "test accuracy", "seconds"],
    "seconds of the metric",
  ]);
  // 0.4/(1 + seed) at the second epoch of seeds 1, 2 and 4.
  t.deepEqual(sgd?.slice(0, 5), ["net", "sgd", "3", "2", "0.13330.08 to 0.2"]);
  t.equal(sgd?.[6], "96.33 %96.00 % to 96.60 %");
  t.equal(sgd?.[7], "–");
  t.deepEqual(one?.slice(1, 5), ["adam", "1", "1", "0.4"]);
  t.equal(one?.[7], "0.25");
  t.deepEqual(one?.slice(-2), ["1", "0.5"]);
  t.end();
});

test("repeats share a line with a band, and other settings are lines of their own", (t) => {
  const repeats = [1, 2, 3].map((seed) => exampleRun("net", "sgd", seed));
  const html = page(exampleRecording(...repeats));
  const [svg = ""] = picturesOf(html);
  t.match(svg, /Lines and bands: median, min to max of 3 seeds\./);
  t.match(svg, /opacity="0.16"/);
  const rates = [0.1, 0.2].map((learningRate) => {
    return { ...exampleRun("net", "sgd", 1), settings: { learningRate } };
  });
  const apart = readPage(page(exampleRecording(...rates)));
  const labels = rowsOf(apart, "summary")
    .slice(1)
    .map((row) => row[1]);
  t.deepEqual(labels, ["sgd, learningRate 0.1", "sgd, learningRate 0.2"]);
  t.notOk(apart.sections.has("rates"), "two rates are no line");
  t.notOk(/opacity="0.16"/.test(picturesOf(page(exampleRecording(...rates)))[0] ?? ""));
  t.end();
});

test("settings that look alike in a few words are not taken for repeats", (t) => {
  const tables = ["x", "y"].map((last) => {
    const settings = { metrics: ["linear", "a", "b", last] };
    return { ...exampleRun("net", "rngd", 1), settings };
  });
  const read = readPage(page(exampleRecording(...tables)));
  const labels = rowsOf(read, "summary")
    .slice(1)
    .map((row) => row[1]);
  t.deepEqual(labels, ["rngd, metrics linear, and 3 more", "rngd, metrics linear, and 3 more (2)"]);
  t.deepEqual(rowsOf(read, "compared").slice(1), [
    ["metrics", "linear, and 3 moreabx", "linear, and 3 moreaby"],
  ]);
  t.end();
});

test("three learning rates make a picture of the cost by learning rate", (t) => {
  const rates = [0.01, 0.1, 1];
  const runs = rates.flatMap((learningRate) =>
    [1, 2].map((seed) => ({
      ...exampleRun("net", "sgd", seed),
      settings: { learningRate, momentum: 0.9 },
    })),
  );
  const html = page(exampleRecording(...runs));
  const part = readPage(html).sections.get("rates");
  t.ok(part, "a part of its own");
  const svg = picturesOf(html).find((one) => one.includes("learning rate (log scale)")) ?? "";
  const lines = [...svg.matchAll(/data-series="([^"]*)"/g)].map(([, name]) => name);
  t.deepEqual(lines, ["sgd", "sgd"], "one line for each cost, under the optimizer's name");
  t.match(svg, /of 2 seeds/);
  const two = runs.map((run, at) => {
    return at < 2 ? { ...run, settings: { ...run.settings, momentum: 0 } } : run;
  });
  t.notOk(readPage(page(exampleRecording(...two))).sections.has("rates"), "other momentum");
  t.end();
});

test("several recordings are side by side under their names", (t) => {
  const named: NamedRecording[] = ["one", "two"].map((name) => ({
    name,
    recording: { ...exampleRecording(exampleRun("net", "sgd", 1)), environment: { cores: name } },
  }));
  const read = readPage(reportPage(named));
  t.equal(elements(read.root, "h1")[0]?.textContent, "Report on one, two");
  t.deepEqual(
    rowsOf(read, "summary")
      .slice(1)
      .map((row) => row[1]),
    ["one sgd", "two sgd"],
  );
  t.deepEqual(rowsOf(read, "environment"), [
    ["what", "one", "two"],
    ["cores", "one", "two"],
  ]);
  t.end();
});

test("architectures without accuracies have a picture without them", (t) => {
  const other = exampleRun("line", "sgd", 1);
  const line = { ...other, epochs: other.epochs.map((one) => ({ ...one, validAccuracy: null })) };
  const html = page(exampleRecording(exampleRun("net", "sgd", 1), line));
  const pictures = picturesOf(html);
  t.equal(pictures.length, 2);
  t.notOk(pictures.some((svg) => svg.includes("no value")));
  t.deepEqual(
    pictures.map((svg) => svg.includes("validation accuracy")),
    [true, false],
  );
  t.end();
});

test("quantities of blocks: the last in a table, pictures of those that change", (t) => {
  const html = page(exampleRecording(wholeRun("rngd", 1)));
  const read = readPage(html);
  t.deepEqual(rowsOf(read, "blocks"), [
    ["block", "solver", "damping λ", "residual", "step length, √nats"],
    ["part0/dense0", "dense", "2", "2·10⁻⁸3.33·10⁻¹⁰ to 3·10⁻⁸", "0.0333"],
    ["part1/dense1", "dense", "2", "2·10⁻⁸3.33·10⁻¹⁰ to 3·10⁻⁸", "0.0323"],
  ]);
  const figures = elements(read.sections.get("blocks") as never, "figure");
  t.deepEqual(
    figures.map((one) => one.getAttribute("aria-label")),
    ["Step length of rngd"],
    "the damping and the largest residual stay as they are",
  );
  const first = exampleRecording(wholeRun("rngd", 1, 1));
  t.equal(elements(readPage(page(first)).sections.get("blocks") as never, "figure").length, 0);
  t.end();
});

test("more than eight blocks are put into panels, by the part of the model", (t) => {
  const html = page(exampleRecording(wholeRun("rngd", 1, 3, 12)));
  const svg = picturesOf(html).find((one) => one.includes("length of the step")) ?? "";
  const { texts } = checkPicture(t, svg, "twelve blocks");
  const shown = texts.map(({ text }) => text);
  for (const part of ["part0", "part1", "part2", "part3"]) t.ok(shown.includes(part), part);
  for (const at of [0, 4, 8]) t.ok(shown.includes(`dense${at}`), `dense${at}`);
  t.ok(shown.includes("whole step"));
  t.end();
});

test("spectra: what is below 10⁻⁷ of the largest is left out, and time is folded", (t) => {
  const html = page(exampleRecording(wholeRun("rngd", 1)));
  const part = readPage(html).sections.get("spectra");
  const text = part?.textContent ?? "";
  t.match(text, /Eigenvalues below 10⁻⁷ of the largest are left out\./);
  t.match(text, /the first matrix is shown/);
  t.equal(elements(part as never, "details").length, 1);
  const once = { ...wholeRun("rngd", 1), spectra: spectra.slice(0, 1) };
  const only = readPage(page(exampleRecording(once))).sections.get("spectra");
  t.equal(elements(only as never, "details").length, 0, "one time");
  t.notOk(/the first matrix/.test(only?.textContent ?? ""));
  t.end();
});

test("the time of a step: bars in proportion, and the part of the metric", (t) => {
  const part = readPage(page(exampleRecording(wholeRun("rngd", 1)))).sections.get("time");
  t.match(part?.textContent ?? "", /net, rngd: 3\.5 ms a step/);
  t.match(part?.textContent ?? "", /matmul × 42 ms, 0\.5 ms of it for the metric/);
  t.match(part?.textContent ?? "", /cholesky × 20\.5 ms, all for the metric/);
  const bars = elements(part as never, "i").map((one) => one.getAttribute("style"));
  const drawn = bars.filter((style) => (style ?? "") !== "");
  t.deepEqual(drawn, [
    ...["width:75.00%", "width:25.00%", "width:50.00%"],
    ...["width:0.00%", "width:25.00%"],
  ]);
  t.end();
});

test("a model that several runs share is shown once, with its metric", (t) => {
  const plain = explain(sequential(dense(2, 3), dense(3, 2)), {
    batchSize: 4,
    metrics: linearMetrics,
  });
  const none = JSON.parse(
    JSON.stringify({ ...plain, rows: plain.rows.map((row) => ({ ...row, solver: "none" })) }),
  );
  const runs = [{ model: none }, { model }, { model }].map((more, at) => ({
    ...exampleRun("net", ["adam", "rngd", "ngd"][at] as string, 1),
    ...more,
  }));
  const part = readPage(page(exampleRecording(...runs))).sections.get("model");
  const headings = elements(part as never, "h3").map((one) => one.textContent);
  t.deepEqual(headings, ["net, rngd"]);
  t.end();
});

test("states say how far runs have come, and why they ended", (t) => {
  const state = (more: Partial<LiveState>): LiveState => ({
    ...{ epochs: 4, steps: 40, step: 35, begun: "2026-01-01T00:00:00.000Z" },
    ...{ ending: null, message: null, ...more },
  });
  const runs = ["a", "b", "c", "d"].map((name) => exampleRun("net", name, 1));
  const states = [
    state({}),
    state({ ending: "error", message: "the cost is <NaN>" }),
    state({ ending: "stopped", steps: null }),
    state({ ending: "epochs" }),
  ];
  const text = (some: readonly LiveState[]) => {
    const recording = exampleRecording(...runs.slice(0, some.length));
    return readPage(reportPage([{ name: "live", recording, states: some }]));
  };
  const read = text(states);
  t.deepEqual(
    elements(read.sections.get("summary") as never, "li").map((one) => one.textContent?.trim()),
    [
      "net a, seed 1: epoch 3 of 4, step 35 of 40; has no end yet: it trains, or was killed",
      "net b, seed 1: epoch 3 of 4, step 35 of 40; ended with an error: the cost is <NaN>",
      "net c, seed 1: epoch 3 of 4; stopped by its user",
      "net d, seed 1: epoch 3 of 4, step 35 of 40; ended after its last epoch",
    ],
  );
  const bars = elements(read.body, "progress").map((one) => one.getAttribute("value"));
  t.deepEqual(bars, ["0.875", "0.875", "0.750", "0.875"]);
  const ended = text([state({ ending: "epochs" })]);
  t.equal(elements(ended.body, "progress").length, 0);
  t.match(textOf(ended, "summary"), /All runs have ended after their last epoch/);
  t.end();
});

test("the page of a long experiment stays small", (t) => {
  const runs = ["rngd", "ngd", "kfac"].flatMap((optimizer) =>
    [1, 2, 3].map((seed) => {
      const run = wholeRun(optimizer, seed, 100, 8);
      const many = Array.from({ length: 10 }, (_, at) =>
        Array.from({ length: 8 }, (_, block) => ({
          ...{ epoch: 10 * (at + 1), path: `dense${block}`, params: ["w"], matrices: 1 },
          values: Array.from({ length: 200 }, (_, rank) => Math.exp(-0.05 * rank)),
        })),
      ).flat();
      return { ...run, spectra: many };
    }),
  );
  const html = page(exampleRecording(...runs));
  const bytes = Buffer.byteLength(html);
  t.ok(bytes < 2_000_000, `${bytes} bytes`);
  t.ok(readPage(html).sections.size === 9, "all parts but those of one rate and one setting");
  t.end();
});

test("a page may follow by a script, and what is no recording is refused", (t) => {
  const recording = exampleRecording(exampleRun("net", "sgd", 1));
  const html = reportPage([{ name: "a", recording }], { title: "T", script: "x.js" });
  t.equal(elements(readPage(html).root, "script")[0]?.getAttribute("src"), "x.js");
  t.match(html, /<title>T<\/title>/);
  const refused = (given: unknown, message: RegExp, options: object = {}) => {
    const make = () => reportPage(given as never, options);
    t.throws(make, DataError);
    t.throws(make, message);
  };
  refused([], /reportPage: there must be recordings, got an empty list; pass/);
  refused(recording, /reportPage: there must be recordings/);
  refused([recording], /each must have a name and a recording/);
  refused([{ name: "a" }], /each must have a name and a recording/);
  refused(
    [
      { name: "a", recording },
      { name: "a", recording },
    ],
    /names must differ, got a twice/,
  );
  refused([{ name: "a", recording }], /options must be among title, script/, { titel: "T" });
  t.end();
});
