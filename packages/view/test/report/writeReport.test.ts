import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "tape";
import { epochsCsv, writeReport } from "../../src/index.ts";
import { exampleRecording, exampleRun } from "../support/runs.ts";

const folder = mkdtempSync(join(tmpdir(), "metrigrad-"));
test.onFinish(() => rmSync(folder, { recursive: true }));

test("the table has one line per epoch", async (t) => {
  const csv = epochsCsv(
    exampleRecording(exampleRun("plain", "sgd", 1), exampleRun("bna", "sgd", 2)),
  );
  const lines = csv.trimEnd().split("\n");
  t.equal(
    lines[0],
    "arch,optimizer,seed,epoch,trainCost,validCost,validAccuracy,seconds,secondsMetric",
  );
  t.equal(lines.length, 7);
  t.equal(lines[1], "plain,sgd,1,1,0.4,0.3,0.95,1,0.5");
});

test("a report is three files, written whole", async (t) => {
  const recording = exampleRecording(exampleRun("plain", "sgd", 1));
  const path = join(folder, "some", "where");
  await writeReport(path, recording, { title: "a < b" });
  t.deepEqual(readdirSync(path).sort(), ["chart.svg", "epochs.csv", "record.json"]);
  t.deepEqual(JSON.parse(readFileSync(join(path, "record.json"), "utf8")), recording);
  t.match(readFileSync(join(path, "chart.svg"), "utf8"), /a &lt; b/);
});

/** Which record the table and the picture of a folder belong to, and which one is there. */
function recordsIn(path: string): readonly (string | undefined)[] {
  const read = (name: string) => readFileSync(join(path, name));
  const hash = createHash("sha256").update(read("record.json")).digest("hex").slice(0, 16);
  const [head = "", ...lines] = read("epochs.csv").toString().trimEnd().split("\n");
  const ids = new Set(lines.map((line) => line.split(",").at(-1)));
  if (!head.endsWith(",record") || ids.size !== 1) return [hash, undefined, undefined];
  return [hash, [...ids][0], /^<svg [^>]*data-record="(\w+)"/.exec(String(read("chart.svg")))?.[1]];
}

test("the three files say of which record they are, also where reports overlap", async (t) => {
  const path = join(folder, "overlap");
  const recordings = [1, 2, 3].map((seed) => exampleRecording(exampleRun("plain", "sgd", seed)));
  await Promise.all(recordings.map((recording) => writeReport(path, recording)));
  const [id, table, picture] = recordsIn(path);
  t.deepEqual([table, picture], [id, id]);
  t.deepEqual(JSON.parse(readFileSync(join(path, "record.json"), "utf8")), recordings[2]);
  t.deepEqual(readdirSync(path).sort(), ["chart.svg", "epochs.csv", "record.json"]);
});

test("a report that ends halfway never leaves an old record beside something new", async (t) => {
  const recording = (seed: number) => exampleRecording(exampleRun("plain", "sgd", seed));
  for (const blocked of ["record.json", "epochs.csv", "chart.svg"]) {
    const path = join(folder, `half ${blocked}`);
    await writeReport(path, recording(1));
    const old = recordsIn(path);
    // A folder that is not empty cannot be replaced by a file: there the renames end.
    rmSync(join(path, blocked));
    mkdirSync(join(path, blocked, "full"), { recursive: true });
    try {
      await writeReport(path, recording(2));
      t.fail("it must end");
    } catch (error) {
      t.match(String(error), /EISDIR|ENOTEMPTY|EEXIST|EPERM/, blocked);
    }
    t.notOk(readdirSync(path).some((name) => name.endsWith(".part")));
    rmSync(join(path, blocked), { recursive: true });
    for (const name of ["epochs.csv", "chart.svg"])
      if (name === blocked) writeFileSync(join(path, name), "");
    if (blocked === "record.json") {
      t.equal(readdirSync(path).length, 2);
      writeFileSync(join(path, blocked), `${JSON.stringify(recording(1), null, 2)}\n`);
      t.deepEqual(recordsIn(path), old, "the table and the picture are the old ones still");
    } else {
      t.notEqual(recordsIn(path)[0], old[0], "the record is the new one");
    }
  }
});

test("what is not a number is empty in the table, and names are quoted", async (t) => {
  const run = exampleRun('a, "b"', "sgd", 7, 1);
  const epochs = run.epochs.map((epoch) => ({ ...epoch, validCost: null, validAccuracy: null }));
  const [, line] = epochsCsv(exampleRecording({ ...run, epochs })).split("\n");
  t.match(line ?? "", /^"a, ""b""",sgd,7,1,[\d.e-]+,,,1,0\.5$/);
});

test("a report without runs is an error, and writes nothing", async (t) => {
  const path = join(folder, "none");
  try {
    await writeReport(path, exampleRecording());
    t.fail("there must be records");
  } catch (error) {
    t.match(String(error), /writeReport: there must be records, got none; pass a recording/);
  }
  t.throws(() => readdirSync(path), /ENOENT/);
});
