import test from "tape";
import { type CurveRecord, curves } from "../../src/index.ts";
import { checkPicture, piecesOf, read, scaleBy } from "../support/picture.ts";
import { exampleRecording, exampleRun } from "../support/runs.ts";

/** The pieces of the line of a series in each of its panels. */
function linesOf(svg: string, name: string) {
  const { all } = read(svg);
  return all
    .filter((one) => one.getAttribute("data-series") === name)
    .map((one) => piecesOf(one.getAttribute("d") ?? ""));
}

/** The names at the ends of lines, panel by panel. */
const ends = (svg: string) =>
  read(svg).texts.flatMap(({ element }) => element.getAttribute("data-end") ?? []);

const record = (
  label: string,
  values: readonly (number | null)[],
  more: Partial<CurveRecord> = {},
): CurveRecord => ({
  label,
  points: values.map((error, step) => ({ step, error })),
  ...more,
});

test("runs have a panel for each quantity, architecture and axis, with a name at each line's end", async (t) => {
  const optimizers = ["sgd", "adam", "rngd"];
  const runs = ["plain", "bna"].flatMap((arch) =>
    optimizers.map((optimizer, index) => exampleRun(arch, optimizer, 1, 5, 1 + 7 * index)),
  );
  const svg = curves(exampleRecording(...runs), { title: "MNIST & others" });
  const { texts } = checkPicture(t, svg, "runs");
  t.deepEqual(ends(svg), Array.from({ length: 8 }, () => optimizers).flat());
  const count = (text: string) => texts.filter((one) => one.text === text).length;
  t.deepEqual(["plain", "bna"].map(count), [2, 2], "a name for each row");
  t.equal(count("training cost (log scale)"), 4);
  t.equal(count("validation accuracy"), 4);
  t.equal(count("epochs"), 4);
  t.equal(count("seconds of training (log scale)"), 4);
  t.equal(count("MNIST & others"), 1);
  t.equal(curves(exampleRecording(...runs), { title: "MNIST & others" }), svg, "the same again");
});

test("values lie where the axes say", async (t) => {
  const values = [0.5, 0.04, 0.003, 0.0007];
  const svg = curves([record("a", values)]);
  const { texts } = checkPicture(t, svg, "values");
  t.ok(texts.some(({ text }) => text === "error (log scale)"));
  t.ok(texts.some(({ text }) => text === "steps"));
  const [[points = []] = []] = linesOf(svg, "a");
  // The texts of ticks: those of x are centred, those of y end at the axis and stand 4 pixels below their value.
  const ticks = (anchor: string, at: (of: (typeof texts)[number]) => number) =>
    texts
      .filter(({ element, text }) => {
        return element.getAttribute("text-anchor") === anchor && Number.isFinite(Number(text));
      })
      .map((one) => ({ at: at(one), value: Number(one.text) }));
  const x = scaleBy(ticks("middle", (one) => one.x));
  const y = scaleBy(
    ticks("end", (one) => one.y - 4),
    true,
  );
  for (const [step, value] of values.entries()) {
    const { x: across = 0, y: down = 0 } = points[step] ?? {};
    t.ok(Math.abs(x(across) - step) < 0.01, `step ${step}`);
    t.ok(Math.abs(y(down) / value - 1) < 0.01, `value ${value}, read ${y(down)}`);
  }
});

test("repeats are one line with a band, whose meaning the picture states", async (t) => {
  const values = [
    [1, 2, 3],
    [2, 4, 5],
    [6, 6, 7],
    [9, 8, 7],
  ];
  const records = values.map((own, seed) => record("a", own, { seed }));
  const notes = {
    range: "Lines and bands: median, min to max of 4 seeds.",
    quartiles: "Lines and bands: median, lower to upper quartile of 4 seeds.",
    none: "Lines: median of 4 seeds.",
  };
  // By hand: what lines and bands span at step 0, of 1, 2, 6 and 9.
  const bands = { range: [1, 9], quartiles: [1.75, 6.75], none: null } as const;
  for (const band of ["range", "quartiles", "none"] as const) {
    const log = { of: "error", log: false, range: [0, 10] } as const;
    const svg = curves(records, { band, quantities: [log] });
    const { texts, all } = checkPicture(t, svg, band);
    t.ok(
      texts.some(({ text }) => text === notes[band]),
      band,
    );
    const y = scaleBy(
      texts
        .filter(({ element }) => element.getAttribute("text-anchor") === "end")
        .map((one) => ({ at: one.y - 4, value: Number(one.text) })),
    );
    const line = linesOf(svg, "a")[0]?.[0]?.[0];
    t.ok(Math.abs(y(line?.y ?? 0) - 4) < 0.02, "the median of 1, 2, 6, 9 is 4");
    const area = all.find((one) => one.getAttribute("opacity") === "0.16");
    if (bands[band] === null) {
      t.equal(area, undefined);
      continue;
    }
    const [outline = []] = piecesOf(area?.getAttribute("d") ?? "");
    const first = [outline[0], outline.at(-1)].map((point) => y(point?.y ?? 0)).sort();
    t.ok(first.every((value, at) => Math.abs(value - (bands[band]?.[at] ?? 0)) < 0.02));
  }
  const mean = curves(records, { centre: "mean", quantities: [{ of: "error", range: [0, 10] }] });
  t.ok(read(mean).texts.some(({ text }) => text.startsWith("Lines and bands: mean, min to max")));
});

test("repeats at other places count as they were last measured", async (t) => {
  const at = (label: string, places: readonly (readonly [number, number])[]) => ({
    label,
    points: places.map(([seconds, error]) => ({ seconds, error })),
  });
  const records = [
    at("a", [
      [1, 10],
      [5, 20],
    ]),
    at("a", [
      [2, 30],
      [6, 40],
    ]),
  ];
  const options = {
    by: "seconds",
    quantities: [{ of: "error", log: false, range: [0, 50] }],
  } as const;
  const [[points = []] = []] = linesOf(curves(records, options), "a");
  const { texts } = read(curves(records, options));
  const y = scaleBy(
    texts
      .filter(({ element }) => element.getAttribute("text-anchor") === "end")
      .map((one) => ({ at: one.y - 4, value: Number(one.text) })),
  );
  t.ok(Math.abs(y(points[0]?.y ?? 0) - 20) < 0.2, "from second 2 on: 10 and 30");
  t.ok(Math.abs(y(points.at(-1)?.y ?? 0) - 25) < 0.2, "up to second 5: 20 and 30");
});

test("NaN is a gap, null is passed over, and series without values say so", async (t) => {
  const svg = curves([
    record("gap", [1, 2, Number.NaN, 3, Number.NaN, 4]),
    record("sparse", [1, null, null, 2]),
    record("nothing", [Number.NaN, Number.NaN]),
  ]);
  checkPicture(t, svg, "gaps");
  t.deepEqual(
    linesOf(svg, "gap")[0]?.map(({ length }) => length),
    [2, 1, 1],
  );
  t.deepEqual(
    linesOf(svg, "sparse")[0]?.map(({ length }) => length),
    [2],
  );
  t.deepEqual(linesOf(svg, "nothing"), []);
  t.deepEqual(ends(svg), ["gap", "sparse", "nothing"]);
  t.ok(read(svg).texts.some(({ text }) => text === "nothing (no value)"));
});

test("a label keeps its style where others are missing; styles differ without colours", async (t) => {
  const look = (svg: string, name: string) => {
    const one = read(svg).all.find((own) => own.getAttribute("data-series") === name);
    return [one?.getAttribute("stroke"), one?.getAttribute("stroke-dasharray")];
  };
  const order = ["sgd", "rngd"];
  const both = curves([record("sgd", [1, 2]), record("rngd", [2, 3])]);
  const one = curves([record("rngd", [1, 2])], { order });
  t.deepEqual(look(one, "rngd"), look(both, "rngd"));
  t.notDeepEqual(look(both, "sgd"), look(both, "rngd"));
  const names = Array.from({ length: 12 }, (_, at) => `series ${at}`);
  const many = curves(names.map((name, at) => record(name, [at, at + 1])));
  const { all } = checkPicture(t, many, "twelve series");
  const marks = names.map((name) => {
    const sample = all.find((own) => own.getAttribute("data-end") === name)?.parentNode;
    const inGroup = all.filter((own) => own.parentNode === sample && own.tagName === "path");
    const mark = inGroup.find((own) => own.getAttribute("transform") !== null);
    return `${look(many, name)[1]} ${mark?.getAttribute("d")}`;
  });
  t.equal(new Set(marks).size, 12, "dash and mark together differ");
});

test("titles say what is in a value, and empty panels are left out", async (t) => {
  const texts = (svg: string) => read(svg).texts.map(({ text }) => text);
  const run = exampleRun("net", "sgd", 1);
  const decayed = { ...run, settings: { ...run.settings, l2: 1e-3 } };
  t.ok(texts(curves([run])).some((text) => text.startsWith("training cost (log")));
  t.ok(texts(curves([decayed])).some((text) => text.startsWith("training cost, with L2")));
  t.notOk(texts(curves([run])).includes("net"), "one architecture needs no name");
  const regression = {
    ...run,
    epochs: run.epochs.map((epoch) => ({ ...epoch, validAccuracy: null })),
  };
  const shown = texts(curves([regression]));
  t.ok(shown.some((text) => text.startsWith("validation cost")));
  t.notOk(shown.some((text) => text.startsWith("validation accuracy")));
});

test("a range cuts lines off, and says so", async (t) => {
  const runs = ["plain", "bna"].map((arch) => exampleRun(arch, "sgd", 1));
  const ranges = { plain: { trainCost: [0.15, 0.3], validAccuracy: [0.966, 0.976] } } as const;
  const { texts } = checkPicture(t, curves(runs, { ranges }), "ranges");
  const all = texts.map(({ text }) => text);
  t.ok(all.includes("0.974"));
  t.ok(all.includes("sgd ↓"), "the cost ends below its axis");
  // In both columns: costs 0.4 and 0.133, accuracies 0.95, 0.96 and 0.9633.
  t.ok(
    all.includes("10 points lie outside of the axes."),
    all.find((text) => /outside/.test(text)),
  );
});

test("few points, equal values or none are drawn", async (t) => {
  const flat = exampleRun("plain", "sgd", 1, 4);
  const odd = [
    [exampleRun("plain", "sgd", 1, 1)],
    [exampleRun("plain", "sgd", 1, 0)],
    [{ ...flat, epochs: flat.epochs.map((epoch) => ({ ...epoch, trainCost: 1 })) }],
    [{ ...flat, epochs: flat.epochs.map((epoch) => ({ ...epoch, trainCost: -1e-9 })) }],
    [exampleRun("plain", "sgd", 1, 40, 1e-4), exampleRun("plain", "adam", 1, 40, 1e4)],
    [record("zero", [0, 0, 0])],
    [record("huge", [1e300, 1e-300])],
    [record("a".repeat(200), [1, 2])],
    [record("漢字 <b>&\"'\u0000", [1, 2], { panel: "<script>" }), record("b", [1, 2])],
  ];
  for (const [at, records] of odd.entries()) checkPicture(t, curves(records), `odd ${at}`);
  const escaped = curves(odd.at(-1) ?? [], { title: 'a < b & "c"', note: "<i>" });
  const { texts } = checkPicture(t, escaped, "escaping");
  const shown = texts.map(({ text }) => text);
  t.ok(shown.includes("<script>") && shown.includes('a < b & "c"'));
  t.ok(shown.some((text) => text.startsWith("漢字 <b>&\"'□")));
});

test("two pictures on one page share no identifier", async (t) => {
  const ids = (svg: string) => read(svg).all.flatMap((one) => one.getAttribute("id") ?? []);
  const [a, b] = [curves([record("a", [1, 2])]), curves([record("a", [1, 3])])].map(ids);
  t.deepEqual(
    a?.filter((id) => b?.includes(id)),
    [],
  );
});

test("what cannot be drawn is an error", async (t) => {
  const run = exampleRun("plain", "sgd", 1);
  const cases: [() => unknown, RegExp][] = [
    [() => curves([]), /^DataError: curves: there must be records, got none; pass a recording/],
    [() => curves(null as never), /there must be records, got null/],
    [() => curves([{}] as never), /a label and points, got an object at place 0/],
    [() => curves([run], { quantities: ["cost"] }), /must be one that the points have, got cost/],
    [() => curves([run], { quantities: [] }), /at least one/],
    [() => curves([run], { by: "step" }), /points have, got step; use epoch/],
    [() => curves([run], { by: [] }), /by must name a place/],
    [() => curves([run], { titel: "a" } as never), /options must be among title.*got titel/],
    [() => curves([run], { centre: "mode" as never }), /centre must be "median" or "mean"/],
    [() => curves([run], { band: "all" as never }), /band must be "range" or "quartiles"/],
    [() => curves([run], { height: 3 }), /height must be at least 120 pixels, got 3/],
    [() => curves([run], { quantities: [{ of: () => 1 }] }), /must have a title/],
    [
      () => curves([run], { quantities: [{ of: "trainCost", range: [1, 0] }] }),
      /the lower one first, got \[1, 0\]/,
    ],
    [
      () => curves([run], { quantities: [{ of: "trainCost", range: [0, 1], log: true }] }),
      /above 0 on a log axis/,
    ],
  ];
  for (const [draw, message] of cases) t.throws(draw, message);
});
