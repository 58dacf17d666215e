/** What is read of a folder: its record, its events, or both. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "tape";
import { liveRecordings, namedRecordings } from "../../../src/cli/recording/namedRecordings.ts";
import { began, ended, epochDone, record, tell, wroteAt } from "../../support/events.ts";

const parent = mkdtempSync(join(tmpdir(), "metrigrad-named-"));
test.onFinish(() => rmSync(parent, { recursive: true }));

/** Epochs and test costs of the runs of a folder, and the ends of those that have states. */
async function read(folder: string, how: typeof namedRecordings) {
  try {
    const [one] = await how([folder], "report");
    const runs = one?.recording.runs.map(({ epochs, test: { cost } }) => [epochs.length, cost]);
    return { name: one?.name, runs, ends: one?.states?.map(({ ending }) => ending) };
  } catch (error) {
    return (error as Error).message;
  }
}

test("a folder without files has no runs yet, and cannot be reported on", async (t) => {
  const folder = join(parent, "none");
  t.deepEqual(await read(folder, liveRecordings), { name: "none", runs: [], ends: undefined });
  t.match(
    String(await read(folder, namedRecordings)),
    /record\.json: the file must be readable, got ENOENT/,
  );
});

test("the events of a run that was killed are its recording", async (t) => {
  const folder = join(parent, "killed");
  tell(folder, began(), epochDone(1), epochDone(2));
  const want = { name: "killed", runs: [[2, null]], ends: [null] };
  t.deepEqual(await read(folder, namedRecordings), want);
  t.deepEqual(await read(folder, liveRecordings), want);
});

test("the record of the same run has its test, and is taken once it has ended", async (t) => {
  const folder = join(parent, "same");
  tell(folder, began(), epochDone(1), epochDone(2));
  record(folder, 2, 0.5);
  wroteAt(folder, "events.jsonl", 1000);
  wroteAt(folder, "record.json", 2000);
  t.deepEqual(((await read(folder, liveRecordings)) as { runs: unknown }).runs, [[2, null]]);
  tell(folder, ended());
  wroteAt(folder, "events.jsonl", 1000);
  const want = { name: "same", runs: [[2, 0.5]], ends: ["epochs"] };
  t.deepEqual(await read(folder, liveRecordings), want);
  t.deepEqual(await read(folder, namedRecordings), { ...want, ends: undefined });
});

test("what was written last counts where record and events are of other runs", async (t) => {
  const folder = join(parent, "others");
  record(folder, 3, 0.5, { seed: 2 });
  tell(folder, began(), epochDone(1), ended());
  const events = { name: "others", runs: [[1, null]], ends: ["epochs"] };
  const recorded = { name: "others", runs: [[3, 0.5]], ends: undefined };
  const at = (recordAt: number) => {
    wroteAt(folder, "record.json", recordAt);
    wroteAt(folder, "events.jsonl", 2000);
  };
  at(1000);
  t.deepEqual(await read(folder, liveRecordings), events);
  t.deepEqual(await read(folder, namedRecordings), events);
  at(3000);
  t.deepEqual(await read(folder, liveRecordings), recorded);
  t.deepEqual(await read(folder, namedRecordings), recorded);
});

test("a run that diverged has no record, and stays beside those that have one", async (t) => {
  const folder = join(parent, "diverged");
  tell(folder, began(), epochDone(1), ended());
  tell(folder, began({ optimizer: "adam" }), ended("error", "NaN"));
  record(folder, 1, 0.5);
  wroteAt(folder, "record.json", 1000);
  t.deepEqual(await read(folder, namedRecordings), {
    name: "diverged",
    runs: [
      [1, 0.5],
      [0, null],
    ],
    ends: ["epochs", "error"],
  });
});

test("damaged events are an error that names the line", async (t) => {
  const folder = join(parent, "damaged");
  tell(folder, began(), { type: "what" });
  t.match(
    String(await read(folder, liveRecordings)),
    /events\.jsonl, line 2: it must have an event/,
  );
  writeFileSync(join(folder, "events.jsonl"), '{"type":"begin","schema":1}\n');
  t.match(String(await read(folder, liveRecordings)), /line 1: it must have all parts of an event/);
  const beside = await namedRecordings([join(parent, "killed"), join(parent, "same")], "report");
  t.deepEqual(
    beside.map(({ name }) => name),
    ["killed", "same"],
  );
});
