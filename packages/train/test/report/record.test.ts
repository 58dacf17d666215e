import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { categorical } from "@metrigrad/nn";
import { sgd } from "@metrigrad/optim";
import { reference } from "@metrigrad/tensor";
import test from "tape";
import {
  environmentOf,
  epochsCsv,
  fit,
  recordRun,
  writeReport,
  writeWhole,
} from "../../src/index.ts";
import { toyData, toyModel } from "../toy.ts";
import { exampleRecording, exampleRun } from "./example.ts";

const folder = mkdtempSync(join(tmpdir(), "metrigrad-"));
test.onFinish(() => rmSync(folder, { recursive: true }));

test("a finished run leaves a record", async (t) => {
  const optimizer = sgd({ learningRate: 0.5 });
  const run = fit(toyModel(), {
    data: toyData(),
    likelihood: categorical(),
    optimizer,
    batchSize: 10,
    epochs: 2,
    seed: 7,
    backend: reference,
  });
  await run.finish();
  const labels = { arch: "toy", optimizer: "sgd", settings: optimizer.settings, seed: 7 };
  const record = await recordRun(run, labels);
  t.deepEqual(Object.keys(record), [
    "arch",
    "optimizer",
    "settings",
    "seed",
    "epochs",
    "test",
    "profile",
  ]);
  t.deepEqual(record.settings, { learningRate: 0.5, schedule: "constant" });
  t.equal(record.epochs.length, 2);
  const keys = [
    "epoch",
    "trainCost",
    "validCost",
    "validAccuracy",
    "seconds",
    "secondsMetric",
    "trainAccuracy",
  ];
  for (const epoch of record.epochs) t.deepEqual(Object.keys(epoch), keys);
  t.equal(record.epochs[1]?.trainCost, run.history[1]?.trainCost);
  t.deepEqual(record.test, await run.test().then(({ accuracy, cost }) => ({ accuracy, cost })));
  const environment = environmentOf(run.store);
  t.match(String(environment.runtime), /^node 2\d/);
  t.match(String(environment.backend), /^reference/);
  t.equal(environment.float, "f64");
  await run.close();
});

test("what is not a number is null in a record and empty in the table", async (t) => {
  const data = { ...toyData(130, [90, 0, 15]) };
  const run = fit(toyModel(), {
    data,
    likelihood: categorical(),
    optimizer: sgd(),
    batchSize: 10,
    epochs: 1,
    seed: 7,
    backend: reference,
  });
  await run.finish();
  const record = await recordRun(run, { arch: 'a, "b"', optimizer: "sgd", settings: {}, seed: 7 });
  t.equal(record.epochs[0]?.validAccuracy, null);
  const [, line] = epochsCsv(exampleRecording(record)).split("\n");
  t.match(line ?? "", /^"a, ""b""",sgd,7,1,[\d.]+,,,[\d.e-]+,0$/);
  await run.close();
});

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
  return [hash, [...ids][0], /^<svg data-record="(\w+)"/.exec(String(read("chart.svg")))?.[1]];
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

test("a file that cannot be written leaves what was there", async (t) => {
  const path = join(folder, "taken");
  await writeWhole(path, "old");
  t.equal(readFileSync(path, "utf8"), "old");
  writeFileSync(join(folder, "file"), "");
  try {
    await writeWhole(join(folder, "file", "below"), "new");
    t.fail("a folder is needed");
  } catch (error) {
    t.match(String(error), /EEXIST|ENOTDIR/);
  }
  t.notOk(readdirSync(folder).some((name) => name.endsWith(".part")));
});
