import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunRecord } from "@metrigrad/train";
import test from "tape";
import { compare } from "../../../src/cli/recording/compare.ts";
import { isColoured, messageOf, pipeOf, recordedRun, widest } from "../support.ts";

const root = mkdtempSync(join(tmpdir(), "metrigrad-compare-"));
test.onFinish(() => rmSync(root, { recursive: true }));

/** A folder with a recording of these runs. */
function recorded(name: string, ...runs: RunRecord[]): string {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "record.json"), JSON.stringify({ schema: 1, environment: {}, runs }));
  return folder;
}

const out = join(root, "compare.svg");
const one = recorded("one", recordedRun("sgd", 2));
const two = recorded("two", recordedRun("sgd", 3, 6));

test("compare has a row for each folder, one picture, and all recordings as its value", async (t) => {
  const { code, text, value } = await compare([one, two], { out }, pipeOf(120));
  t.equal(code, 0);
  const lines = text.split("\n");
  t.match(lines[1] ?? "", /^one +sgd +0\.5000 /);
  t.match(lines[2] ?? "", /^two +sgd +2\.0000 /, "6/3 after the third epoch");
  t.ok(text.endsWith(`Written: ${out}\n`));
  const { recordings, files } = JSON.parse(JSON.stringify(value));
  t.deepEqual(files, [out]);
  t.deepEqual(
    recordings.map(
      ({ folder, schema, runs }: { folder: string; schema: number; runs: RunRecord[] }) => [
        folder,
        schema,
        runs[0]?.epochs.length,
      ],
    ),
    [
      [one, 1, 2],
      [two, 1, 3],
    ],
  );
  t.match(readFileSync(out, "utf8"), /^<svg[\s\S]*>one<[\s\S]*>two</);
});

test("names in the table and of curves say what differs", async (t) => {
  const several = recorded(
    "several",
    recordedRun("sgd", 2),
    recordedRun("adam", 2),
    recordedRun("sgd", 2, 1, "wide"),
  );
  const { text } = await compare([one, several], { out }, pipeOf(120));
  for (const name of ["several net +sgd", "several net +adam", "several wide +sgd", "one +sgd"]) {
    t.match(text, new RegExp(`^${name} `, "m"));
  }
  t.match(readFileSync(out, "utf8"), />several wide sgd</);
  const same = recorded(join("other", "one"), recordedRun("sgd", 2));
  const whole = await compare([one, same], { out }, pipeOf(400));
  t.ok(
    whole.text.includes(`\n${one} `) && whole.text.includes(`\n${same} `),
    "paths tell them apart",
  );
});

test("a narrow screen has a line for each cell, and no colours unless they are wanted", async (t) => {
  for (const columns of [20, 40, 80]) {
    const { text } = await compare([one, two], { out }, pipeOf(columns));
    const rest = text.slice(0, text.indexOf("Written:"));
    t.ok(widest(rest) <= columns, `${widest(rest)} of ${columns}`);
    t.ok(rest.includes("80.00 %"));
    t.notOk(isColoured(text));
  }
  t.ok(isColoured((await compare([one, two], { out }, pipeOf(80, true))).text));
});

test("compare refuses one folder, the same twice, and a folder without a recording", async (t) => {
  const context = pipeOf(80);
  t.match(
    await messageOf(compare([one], { out }, context)),
    /metrigrad compare: there must be at least two folders, got .*one; add another one, or use metrigrad report/,
  );
  t.match(
    await messageOf(compare([one, two, join(two, "..", "one")], { out }, context)),
    /folders must differ, got .*one twice; name each one once/,
  );
  t.match(
    await messageOf(compare([one, join(root, "absent")], { out }, context)),
    /^DataError: metrigrad compare, .*absent.record\.json: the file must be readable, got ENOENT/,
  );
});
