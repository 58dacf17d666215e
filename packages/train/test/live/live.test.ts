import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { explain } from "@metrigrad/metric";
import { categorical } from "@metrigrad/nn";
import { rngd, sgd } from "@metrigrad/optim";
import { DataError, GraphError, reference } from "@metrigrad/tensor";
import test from "tape";
import { DivergenceError, fit, type LiveOptions, readLive, recordRun } from "../../src/index.ts";
import { toyData, toyModel } from "../toy.ts";

const parent = mkdtempSync(join(tmpdir(), "metrigrad-"));
test.onFinish(() => rmSync(parent, { recursive: true }));

const likelihood = categorical();
const settings = { likelihood, batchSize: 10, seed: 7, backend: reference };
const read = (folder: string) => readLive(readFileSync(join(folder, "events.jsonl"), "utf8"));

test("a run's events give the same record as the run", async (t) => {
  const folder = join(parent, "same");
  const model = toyModel();
  const optimizer = rngd();
  const explained = explain(model, { batchSize: 10, likelihood, optimizer });
  const live: LiveOptions = { folder, arch: "toy", model: explained, command: "train", every: 0 };
  const run = fit(model, {
    ...settings,
    data: toyData(),
    optimizer,
    epochs: 3,
    report: true,
    live,
  });
  const seen: number[] = [];
  for await (const { epoch } of run) {
    const { recording, states } = read(folder);
    seen.push(recording.runs[0]?.epochs.length ?? 0);
    t.equal(states[0]?.ending, null);
    t.equal(states[0]?.epochs, 3);
    t.equal(states[0]?.step, (epoch * (states[0]?.steps ?? 0)) / 3);
  }
  t.deepEqual(seen, [1, 2, 3], "each epoch is in the file when its event comes");
  const labels = { arch: "toy", optimizer: "rngd", seed: 7, model: explained, command: "train" };
  const own = { ...optimizer.settings, batchSize: 10, l2: 0 };
  const record = await recordRun(run, { ...labels, settings: own });
  const { recording, states } = read(folder);
  const untested = { ...record, test: { accuracy: null, cost: null } };
  t.deepEqual(recording.runs, [JSON.parse(JSON.stringify(untested))]);
  t.equal(record.model?.rows.length, 2);
  t.equal(record.epochs[2]?.report?.blocks.length, 2);
  t.ok(
    (record.profile ?? []).some(({ secondsMetric }) => secondsMetric > 0),
    "the metric takes time",
  );
  t.equal(recording.environment.float, "f64");
  t.equal(states[0]?.ending, "epochs");
  await run.close();
});

test("the end of a run says why", async (t) => {
  const folder = join(parent, "ends");
  const ending = () => read(folder).states.at(-1);
  const left = fit(toyModel(), {
    ...settings,
    data: toyData(),
    optimizer: sgd(),
    epochs: 5,
    live: { folder },
  });
  for await (const _ of left) break;
  t.equal(ending()?.ending, "stopped");
  await left.close();
  const wild = fit(toyModel(), {
    ...settings,
    data: toyData(),
    optimizer: sgd({ learningRate: 1e300 }),
    epochs: 5,
    live: { folder, append: true },
  });
  const error = await wild.finish().catch((one) => one);
  t.ok(error instanceof DivergenceError);
  t.equal(read(folder).states.length, 2, "appended");
  t.equal(ending()?.ending, "error");
  t.equal(ending()?.message, error.message);
  await wild.close();
  const stopped = fit(toyModel(), {
    ...settings,
    data: toyData(),
    optimizer: sgd(),
    epochs: 50,
    earlyStopping: { patience: 1, minDelta: 10 },
    live: { folder },
  });
  await stopped.finish();
  t.equal(read(folder).states.length, 1, "a new file");
  t.equal(ending()?.ending, "earlyStopping");
  await stopped.close();
});

test("a run that goes on from a checkpoint takes the place of its first part", async (t) => {
  const folder = join(parent, "resumed");
  const checkpoint = { folder: join(folder, "checkpoints"), every: 1 };
  const options = { ...settings, optimizer: sgd(), epochs: 4, live: { folder } };
  const first = fit(toyModel(), { ...options, data: toyData(), checkpoint });
  for await (const { epoch } of first) if (epoch === 2) break;
  await first.close();
  t.equal(read(folder).states[0]?.ending, "stopped");
  const second = fit(toyModel(), {
    ...options,
    data: toyData(),
    checkpoint: { ...checkpoint, resume: true },
  });
  await second.finish();
  await second.close();
  const { recording, states } = read(folder);
  t.equal(states.length, 1);
  t.equal(states[0]?.ending, "epochs");
  t.deepEqual(
    recording.runs[0]?.epochs.map(({ epoch }) => epoch),
    [1, 2, 3, 4],
  );
});

test("steps are told of at most so often", async (t) => {
  const folder = join(parent, "rare");
  const run = fit(toyModel(), {
    ...settings,
    data: toyData(),
    optimizer: sgd(),
    epochs: 2,
    live: { folder, every: 1e6 },
  });
  await run.finish();
  await run.close();
  const lines = readFileSync(join(folder, "events.jsonl"), "utf8").trimEnd().split("\n");
  const types = lines.map((line) => JSON.parse(line).type);
  t.deepEqual(types, ["begin", "step", "epoch", "epoch", "end"]);
});

test("a line that is not whole yet is left out, and a damaged one is an error", (t) => {
  const folder = join(parent, "rare");
  const text = readFileSync(join(folder, "events.jsonl"), "utf8");
  const [begin = "", ...others] = text.trimEnd().split("\n");
  t.equal(readLive("").recording.runs.length, 0);
  t.equal(readLive(begin).recording.runs.length, 0, "no line end");
  t.equal(readLive(`${begin}\n${others.at(-1)?.slice(0, 9)}`).states[0]?.ending, null);
  const refused = (wrong: string, line: RegExp) => {
    t.throws(() => readLive(wrong), DataError);
    t.throws(() => readLive(wrong), line);
  };
  refused(`${begin}\n{"type":\n`, /line 2/);
  refused(`${others.join("\n")}\n`, /line 1: it must have the begin of a run/);
  refused(`${begin.replace('"schema":1', '"schema":9')}\n`, /schema 1/);
  refused(`{"type":"else"}\n`, /an event, got "else"/);
  t.end();
});

test("half a line of a killed process does not spoil the runs after it", async (t) => {
  const folder = join(parent, "torn");
  const train = async (seed: number, append: boolean) => {
    const run = fit(toyModel(), {
      ...settings,
      seed,
      data: toyData(),
      optimizer: sgd(),
      epochs: 1,
      live: { folder, append },
    });
    await run.finish();
    await run.close();
  };
  await train(1, false);
  const file = join(folder, "events.jsonl");
  writeFileSync(file, `${readFileSync(file, "utf8")}{"type":"begin","sch`);
  await train(2, true);
  const { recording, states } = read(folder);
  t.deepEqual(
    recording.runs.map(({ seed }) => seed),
    [1, 2],
  );
  t.deepEqual(
    states.map(({ ending }) => ending),
    ["epochs", "epochs"],
  );
});

test("a run that goes on takes its own place among several", (t) => {
  const begin = (seed: number, resumed: boolean) =>
    `${JSON.stringify({
      type: "begin",
      schema: 1,
      time: "",
      resumed,
      arch: "a",
      optimizer: "b",
      settings: {},
      seed,
      environment: {},
      epochs: 1,
      steps: 1,
      history: [],
    })}\n`;
  const { recording } = readLive(begin(1, false) + begin(2, false) + begin(1, true));
  t.deepEqual(
    recording.runs.map(({ seed }) => seed),
    [2, 1],
  );
  t.end();
});

test("an error of the file system ends the run", async (t) => {
  writeFileSync(join(parent, "file"), "");
  const run = fit(toyModel(), {
    ...settings,
    data: toyData(),
    optimizer: sgd(),
    epochs: 2,
    live: { folder: join(parent, "file") },
  });
  const error = await run.finish().catch((one) => one);
  t.equal(error.code, "EEXIST");
  await run.close();
});

test("options that do not do are refused", (t) => {
  const refused = (live: unknown, message: RegExp) => {
    const make = () =>
      fit(toyModel(), {
        ...settings,
        data: toyData(),
        optimizer: sgd(),
        epochs: 2,
        live: live as LiveOptions,
      });
    t.throws(make, GraphError);
    t.throws(make, message);
  };
  refused({ folder: "" }, /folder must be a path/);
  refused({ folder: "x", every: -1 }, /every must be a number of seconds/);
  refused({ folder: "x", append: 1 }, /append must be true or false/);
  refused({ folder: "x", arch: 1 }, /arch must be a text/);
  refused({ folder: "x", command: 1 }, /command must be a text/);
  refused({ folder: "x", file: "y" }, /file/);
  t.end();
});
