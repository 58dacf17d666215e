import { readFile, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { type LiveRecording, type Recording, type RunRecord, readLive } from "@metrigrad/train";
import type { NamedRecording } from "@metrigrad/view";
import { UsageError } from "../usage.ts";
import { readRecording } from "./readRecording.ts";

/**
 * Reads the recordings of folders: record.json where it is the newest, else the events of runs, with the tests and the spectra that
 * record.json has of the same runs. Throws UsageError for a folder that is named twice, and DataError where there is neither or one is
 * damaged.
 */
export function namedRecordings(
  folders: readonly string[],
  command: string,
): Promise<readonly NamedRecording[]> {
  return readAll(folders, command, async (folder) => {
    const times = await timesOf(folder);
    const { record, events } = times;
    const isNewest = events === null || (record !== null && record >= events);
    return isNewest ? { recording: await readRecording(folder, command) } : live(folder, times);
  });
}

/**
 * Reads the recordings of folders whose runs may train: their events, with the tests and the spectra that record.json has of the same
 * runs. A folder without files has no runs yet. Throws as namedRecordings does.
 */
export function liveRecordings(
  folders: readonly string[],
  command: string,
): Promise<readonly NamedRecording[]> {
  return readAll(folders, command, async (folder) => {
    const times = await timesOf(folder);
    if (times.events !== null) return live(folder, times);
    return { recording: times.record === null ? nothing : await readRecording(folder, command) };
  });
}

/** Reads the events of a folder. */
async function live(folder: string, { record, events }: Times): Promise<Content> {
  const found = readLive(await readFile(join(folder, eventsFile), "utf8"));
  const ended = found.states.every(({ ending }) => ending !== null);
  if (record === null || !ended) return found;
  const recording = await readRecording(folder, "watch");
  const known = recording.runs.filter((run) => found.recording.runs.some(isSame(run)));
  if (known.length === recording.runs.length) return completed(found, recording);
  // The record is of other runs, which did not write their events, or of earlier ones.
  return record > (events ?? 0) ? { recording } : found;
}

type Content = Omit<NamedRecording, "name">;

const nothing: Recording = { schema: 1, environment: {}, runs: [] };

/** Puts the runs of a record in the place of those that were read from their events. */
function completed({ recording, states }: LiveRecording, record: Recording): LiveRecording {
  const runs = recording.runs.map((run) => record.runs.find(isSame(run)) ?? run);
  return { recording: { ...record, runs }, states };
}

/** Whether two records are of one run. */
const isSame = (one: RunRecord) => (other: RunRecord) => keyOf(one) === keyOf(other);

function keyOf({ arch, optimizer, seed, settings, epochs }: RunRecord): string {
  return JSON.stringify([arch, optimizer, seed, settings, epochs.map(({ seconds }) => seconds)]);
}

async function readAll(
  folders: readonly string[],
  command: string,
  read: (folder: string) => Promise<Content>,
): Promise<readonly NamedRecording[]> {
  checkDistinct(folders, command);
  const labels = labelsOf(folders);
  return Promise.all(
    folders.map(async (folder, at) => ({ name: labels[at] as string, ...(await read(folder)) })),
  );
}

const eventsFile = "events.jsonl";

/** When the files of a folder were written; null for those that are not there. */
interface Times {
  readonly record: number | null;
  readonly events: number | null;
}

async function timesOf(folder: string): Promise<Times> {
  const timeOf = (path: string) =>
    stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => null,
    );
  const [record, events] = await Promise.all([
    timeOf(join(folder, "record.json")),
    timeOf(join(folder, eventsFile)),
  ]);
  return { record, events };
}

/** What tells folders apart: their own names where these differ, else their paths. */
export function labelsOf(folders: readonly string[]): readonly string[] {
  const names = folders.map((folder) => basename(resolve(folder)));
  return new Set(names).size === names.length ? names : folders;
}

/** Throws UsageError for a folder that is named twice. */
export function checkDistinct(folders: readonly string[], command: string): void {
  const paths = folders.map((folder) => resolve(folder));
  const twice = folders.find((_, index) => paths.indexOf(paths[index] as string) !== index);
  if (twice === undefined) return;
  throw new UsageError({
    where: `metrigrad ${command}`,
    must: "folders must differ",
    got: `${twice} twice`,
    todo: "name each one once",
  });
}
