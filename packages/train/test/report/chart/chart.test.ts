import test from "tape";
import { chart } from "../../../src/index.ts";
import { exampleRecording, exampleRun } from "../example.ts";

const count = (text: string, part: RegExp) => [...text.matchAll(part)].length;

test("a chart has four panels per architecture, with axes and a line per optimizer", async (t) => {
  const runs = ["plain", "bna"].flatMap((arch) =>
    ["sgd", "adam", "rngd"].map((optimizer, index) =>
      exampleRun(arch, optimizer, 1, 5, 1 + 7 * index),
    ),
  );
  const svg = chart(exampleRecording(...runs), { title: "MNIST & others" });
  t.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 \d+ \d+"/);
  t.equal(count(svg, /<clipPath /g), 8);
  t.equal(count(svg, /stroke-linejoin="round"/g), 24, "3 lines in 8 panels");
  for (const text of ["sgd", "adam", "rngd", "plain", "bna"]) {
    t.equal(count(svg, new RegExp(`>${text}</text>`, "g")), 1, `${text} is named once`);
  }
  t.equal(count(svg, />training cost \(with L2\)</g), 2);
  t.equal(count(svg, />validation accuracy</g), 2);
  t.equal(count(svg, />epochs</g), 4);
  t.equal(count(svg, />seconds of training</g), 4);
  t.match(svg, />MNIST &amp; others</);
  t.notOk(/NaN|undefined|Infinity/.test(svg), "every coordinate is a number");
});

test("repeats are one line with a band; one architecture needs no name", async (t) => {
  const svg = chart(exampleRecording(...[1, 2, 3].map((seed) => exampleRun("plain", "sgd", seed))));
  t.equal(count(svg, /stroke-linejoin="round"/g), 4);
  t.equal(count(svg, /opacity="0.15"/g), 4);
  t.notOk(/>plain</.test(svg));
});

test("an optimizer keeps its colour where others are missing", async (t) => {
  const colour = (svg: string, name: string) =>
    new RegExp(`stroke="(#\\w+)"[^>]*/><text[^>]*>${name}<`).exec(svg)?.[1];
  const both = exampleRecording(exampleRun("plain", "sgd", 1), exampleRun("plain", "rngd", 1));
  const one = exampleRecording(exampleRun("plain", "rngd", 1));
  const optimizers = ["sgd", "rngd"];
  t.equal(colour(chart(one, { optimizers }), "rngd"), colour(chart(both), "rngd"));
  t.notEqual(colour(chart(both), "sgd"), colour(chart(both), "rngd"));
});

test("few points, equal values or none are drawn without odd numbers", async (t) => {
  const flat = exampleRun("plain", "sgd", 1, 4);
  const records = [
    exampleRecording(),
    exampleRecording(exampleRun("plain", "sgd", 1, 1)),
    exampleRecording(exampleRun("plain", "sgd", 1, 0)),
    exampleRecording({
      ...flat,
      epochs: flat.epochs.map((epoch) => ({ ...epoch, trainCost: 1, validAccuracy: null })),
    }),
    exampleRecording(
      exampleRun("plain", "sgd", 1, 40, 1e-4),
      exampleRun("plain", "adam", 1, 40, 1e4),
    ),
  ];
  for (const record of records) {
    const svg = chart(record);
    t.notOk(/NaN|undefined|Infinity/.test(svg));
    t.equal(count(svg, /<clipPath /g), 4);
  }
});

test("an axis shows the range that it is given", (t) => {
  const runs = exampleRecording(...["plain", "bna"].map((arch) => exampleRun(arch, "sgd", 1)));
  const ranges = { plain: { trainCost: [0.1, 0.4], validAccuracy: [0.966, 0.976] } } as const;
  const [svg, free] = [chart(runs, { ranges }), chart(runs)];
  for (const text of [">0.974<"]) {
    t.ok(svg.includes(text) && !free.includes(text), text);
  }
  t.end();
});
