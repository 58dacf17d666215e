/** Files of runs that train, as `fit({ live })` and the commands write them. */
import { appendFileSync, mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** What a run is called, and its settings. */
const labels = { arch: "net", optimizer: "sgd", settings: { learningRate: 0.1 }, seed: 1 };

/** The event that a run begins. */
export function began(more: object = {}): object {
  const time = "2026-01-01T00:00:00.000Z";
  const rest = { environment: { backend: "cpu" }, epochs: 3, steps: 30, history: [] };
  return { type: "begin", schema: 1, time, resumed: false, ...labels, ...rest, ...more };
}

/** The values of an epoch. */
export function epochAt(epoch: number) {
  const costs = { trainCost: 1 / epoch, validCost: 2 / epoch, validAccuracy: null };
  return { epoch, ...costs, seconds: 1.25, secondsMetric: 0 };
}

/** The event that an epoch is done. */
export function epochDone(epoch: number): object {
  return { type: "epoch", epoch: epochAt(epoch), profile: [] };
}

/** The event that a run has ended. */
export function ended(reason = "epochs", message: string | null = null): object {
  return { type: "end", time: "2026-01-01T00:01:00.000Z", reason, message };
}

/** Appends events to the file of a folder, which is made. */
export function tell(folder: string, ...events: readonly object[]): void {
  mkdirSync(folder, { recursive: true });
  const lines = events.map((event) => `${JSON.stringify(event)}\n`).join("");
  appendFileSync(join(folder, "events.jsonl"), lines);
}

/** Writes a record of so many epochs with a test cost. */
export function record(folder: string, epochs: number, cost: number, more: object = {}): void {
  mkdirSync(folder, { recursive: true });
  const list = Array.from({ length: epochs }, (_, at) => epochAt(at + 1));
  const run = { ...labels, ...more, epochs: list, test: { accuracy: null, cost } };
  const recording = { schema: 1, environment: { backend: "cpu" }, runs: [run] };
  writeFileSync(join(folder, "record.json"), JSON.stringify(recording));
}

/** Says that a file was written at so many seconds. */
export function wroteAt(folder: string, name: string, seconds: number): void {
  utimesSync(join(folder, name), seconds, seconds);
}
