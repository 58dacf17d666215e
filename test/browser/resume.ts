/**
 * A run that saves into the origin private file system, on a page that is loaded again and again in mid-epoch: first behind chosen
 * steps, then at moments that no step chooses, while it saves too. It must end as a run that was never ended, bit for bit.
 */
import {
  adam,
  categorical,
  checkpointBytes,
  cpu,
  type DataSet,
  dense,
  dropout,
  type EpochEvent,
  type FitOptions,
  fit,
  mnist,
  type Run,
  relu,
  sequential,
} from "metrigrad";
import type { Line } from "./cpu.ts";
import { digitFiles } from "./digits.ts";

/** Behind how many steps of a page, and then after how many milliseconds of training, the page is loaded again. */
const steps = [7, 3, 11, 1];
const times = [20, 45, 70, 95, 30, 55];
const folderName = "resumed";

const model = sequential(dense(784, 20, { activation: relu }), dropout(0.2), dense(20, 10));

async function digits(): Promise<DataSet> {
  return mnist({ subset: "10k", split: [800, 100, 100], bytes: digitFiles(1000) });
}

async function train(more: Partial<FitOptions>): Promise<Run> {
  const settings = { likelihood: categorical(), batchSize: 40, epochs: 4, seed: 1 };
  const backend = await cpu({ threads: 1 });
  return fit(model, { data: await digits(), ...settings, backend, optimizer: adam(), ...more });
}

/** What a run leaves, besides its times. */
async function resultOf(run: Run): Promise<string> {
  await run.finish();
  const untimed = ({ seconds, secondsMetric, stepsPerSecond, ...event }: EpochEvent) => event;
  const bytes = await checkpointBytes(run.store);
  await run.close();
  return JSON.stringify([run.history.map(untimed), bytes.length, Array.from(bytes)]);
}

/** Loads the page again, and never comes back. */
function reload(count: number): Promise<never> {
  sessionStorage.setItem("reloads", String(count + 1));
  location.reload();
  return new Promise(() => undefined);
}

async function refusal(folder: FileSystemDirectoryHandle): Promise<readonly string[]> {
  const message = await navigator.locks.request(`metrigrad ${folderName}`, async () => {
    const run = await train({ checkpoint: { folder, resume: true } });
    return run.finish().then(() => "none", String);
  });
  return message.includes("resumed, which is used by another page") ? [] : [message];
}

async function check(): Promise<Line[]> {
  const count = Number(sessionStorage.getItem("reloads") ?? 0);
  const root = await navigator.storage.getDirectory();
  if (count === 0) await root.removeEntry(folderName, { recursive: true }).catch(() => undefined);
  const folder = await root.getDirectoryHandle(folderName, { create: true });
  let done = 0;
  const onStep = async () => {
    done++;
    if (done === steps[count]) await reload(count);
  };
  const time = times[count - steps.length];
  const run = await train({ checkpoint: { folder, every: 3, resume: true }, onStep });
  const timer = time === undefined ? undefined : setTimeout(() => reload(count), time);
  const resumed = await resultOf(run);
  clearTimeout(timer);
  const whole = await resultOf(await train({}));
  const problems = [...(await refusal(folder))];
  if (resumed !== whole || whole.length < 50_000) problems.push("other bits than without reloads");
  if (count < steps.length) problems.push(`loaded again ${count} times only`);
  const names: string[] = [];
  for await (const name of folder.keys()) names.push(name);
  if (names.length !== 4) problems.push(`left ${names.join(", ")}`);
  return [{ name: "a page that is loaded again", described: `${count} times`, problems }];
}

// The page's runner calls it by this name.
Object.assign(globalThis, { check });
