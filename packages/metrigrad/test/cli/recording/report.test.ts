import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunRecord } from "@metrigrad/train";
import test from "tape";
import { report } from "../../../src/cli/recording/report.ts";
import { isColoured, messageOf, pipeOf, recordedRun, widest } from "../support.ts";

const root = mkdtempSync(join(tmpdir(), "metrigrad-report-"));
test.onFinish(() => rmSync(root, { recursive: true }));

/** A folder with a recording of these runs. */
function recorded(name: string, ...runs: RunRecord[]): string {
  const folder = join(root, name);
  mkdirSync(folder);
  const environment = {
    runtime: "node",
    backend: "cpu of a name that is longer than a line is wide",
  };
  writeFileSync(join(folder, "record.json"), JSON.stringify({ schema: 1, environment, runs }));
  return folder;
}

/** The numbers of the epochs that a table shows. */
const shownEpochs = (text: string) =>
  [...text.matchAll(/^ *(\d+) +[\d.]+ +0\.5000 +75\.00 % +2\.00$/gm)].map(([, epoch]) =>
    Number(epoch),
  );

test("report shows each run, the result, and the files that it writes", async (t) => {
  const folder = recorded("two", recordedRun("sgd", 2), recordedRun("rngd", 3, 4));
  const { code, text, value } = await report([folder], {}, pipeOf(100));
  t.equal(code, 0);
  t.match(text, /^ {2}runtime +node\n {2}backend +cpu of/);
  t.match(
    text,
    /\nnet {2}sgd {2}seed 1\n *epoch +train cost +valid cost +valid accuracy +seconds\n/,
  );
  t.match(text, /\nnet {2}rngd {2}seed 4\n/);
  t.deepEqual(shownEpochs(text), [1, 2, 1, 2, 3]);
  t.match(text, /\n *3 +1\.3333 +0\.5000 +75\.00 % +2\.00\n/, "4/3 in the third epoch");
  t.match(text, /net +rngd +1\.3333 +0\.5000 +75\.00 % +80\.00 % +6\.00 +1\.50/, "6 s beside 4 s");
  const { runs, files } = value as { runs: RunRecord[]; files: string[] };
  t.deepEqual(
    runs.map(({ optimizer, epochs }) => [optimizer, epochs.length]),
    [
      ["sgd", 2],
      ["rngd", 3],
    ],
  );
  const names = ["report.html", "epochs.csv", "chart.svg"];
  t.deepEqual(
    files,
    names.map((name) => join(folder, name)),
  );
  t.match(readFileSync(files[0] as string, "utf8"), /^<!doctype html>/);
  t.equal(
    readFileSync(files[1] as string, "utf8")
      .trim()
      .split("\n").length,
    6,
    "a line per epoch",
  );
  t.match(readFileSync(files[2] as string, "utf8"), /^<svg/);
});

test("of many epochs every so many are shown, and always the last", async (t) => {
  const folder = recorded("many", recordedRun("sgd", 50));
  const { text } = await report([folder], {}, pipeOf(80));
  t.deepEqual(
    shownEpochs(text),
    Array.from({ length: 17 }, (_, at) => 3 * at + 2),
  );
  const few = recorded("few", recordedRun("sgd", 20));
  t.equal(shownEpochs((await report([few], {}, pipeOf(80))).text).length, 20);
});

test("a run without a whole epoch says so", async (t) => {
  const folder = recorded("none", recordedRun("sgd", 0));
  t.match((await report([folder], {}, pipeOf(80))).text, /seed 1\nno epoch was finished\n/);
});

test("a narrow screen gets short titles, or a line for each cell", async (t) => {
  const folder = recorded("narrow", recordedRun("rngd", 3));
  for (const columns of [20, 30, 40, 60]) {
    const { text } = await report([folder], {}, pipeOf(columns));
    // Names of files are one word.
    const rest = text.slice(0, text.indexOf("Written:"));
    t.ok(widest(rest) <= columns, `${widest(rest)} of ${columns}`);
    t.ok(rest.includes("75.00 %"), "and loses nothing");
  }
});

test("titles have colours where they are wanted, and the numbers stay the same", async (t) => {
  const folder = recorded("colours", recordedRun("sgd", 2));
  const [plain, coloured] = [
    await report([folder], {}, pipeOf(80)),
    await report([folder], {}, pipeOf(80, true)),
  ];
  t.notOk(isColoured(plain.text));
  t.ok(isColoured(coloured.text));
  // biome-ignore lint/suspicious/noControlCharactersInRegex: this is what colours are made of.
  t.equal(coloured.text.replace(/\u001b\[\d+m/g, ""), plain.text);
});

test("a folder without a recording is refused", async (t) => {
  t.match(
    await messageOf(report([join(root, "absent")], {}, pipeOf(80))),
    /^DataError: metrigrad report, .*record\.json: the file must be readable, got ENOENT/,
  );
});
