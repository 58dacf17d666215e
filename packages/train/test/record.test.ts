import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { categorical } from "@metrigrad/nn";
import { sgd } from "@metrigrad/optim";
import { reference } from "@metrigrad/tensor";
import test from "tape";
import { environmentOf, fit, recordRun, writeWhole } from "../src/index.ts";
import { toyData, toyModel } from "./toy.ts";

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

test("what is not a number is null in a record", async (t) => {
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
  t.equal(record.epochs[0]?.validCost, null);
  await run.close();
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

test("labels that do not say what a record must are an error", async (t) => {
  const run = fit(toyModel(), {
    data: toyData(),
    likelihood: categorical(),
    optimizer: sgd(),
    batchSize: 10,
    epochs: 1,
    seed: 7,
    backend: reference,
  });
  await run.finish();
  const messageOf = (labels: unknown) =>
    recordRun(run, labels as never).then(
      () => "",
      (error) => String(error),
    );
  t.match(await messageOf({ label: "me" }), /GraphError: recordRun, labels: .*label/);
  t.match(
    await messageOf({ arch: "a", optimizer: "b" }),
    /the settings and the seed, got \{"arch"/,
  );
  await run.close();
});
