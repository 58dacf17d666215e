import { readFile, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { type LiveRecording, type Recording, type RunRecord, readLive } from "@metrigrad/train";
import type { NamedRecording } from "@metrigrad/view";
import { UsageError } from "../usage.ts";
import { readRecording } from "./readRecording.ts";

/**
 * Reads the recordings of folders: record.json, or the events of a run that has not written one. Throws UsageError for a folder that
 * is named twice, and DataError where there is neither or one is damaged.
 */
export function namedRecordings(
  folders: readonly string[],
  command: string,
): Promise<readonly NamedRecording[]> {
  return readAll(folders, command, async (folder) => {
    const { record, events } = await timesOf(folder);
    if (record !== null || events === null) {
      return { recording: await readRecording(folder, command) };
    }
    return readEvents(folder);
  });
}

/**
 * Reads the recordings of folders whose runs may train: their events, with the tests and the spectra of record.json as far as the same
 * runs wrote it. A folder without files has no runs yet. Throws as namedRecordings does.
 */
export function liveRecordings(
  folders: readonly string[],
  command: string,
): Promise<readonly NamedRecording[]> {
  return readAll(folders, command, async (folder) => {
    const { record, events } = await timesOf(folder);
    if (events === null) {
      return { recording: record === null ? nothing : await readRecording(folder, command) };
    }
    const live = await readEvents(folder);
    const ended = live.states.every(({ ending }) => ending !== null);
    if (record === null || !ended) return live;
    const recording = await readRecording(folder, command);
    const known = recording.runs.filter((run) => live.recording.runs.some(isSame(run)));
    if (known.length < recording.runs.length) return record > events ? { recording } : live;
    return completed(live, recording);
  });
}

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
  read: (folder: string) => Promise<Omit<NamedRecording, "name">>,
): Promise<readonly NamedRecording[]> {
  checkDistinct(folders, command);
  const labels = labelsOf(folders);
  return Promise.all(
    folders.map(async (folder, at) => ({ name: labels[at] as string, ...(await read(folder)) })),
  );
}

const eventsOf = (folder: string) => join(folder, "events.jsonl");

async function readEvents(folder: string): Promise<LiveRecording> {
  return readLive(await readFile(eventsOf(folder), "utf8"));
}

/** When the files of a folder were written; null for those that are not there. */
async function timesOf(folder: string) {
  const timeOf = (path: string) =>
    stat(path).then(
      ({ mtimeMs }) => mtimeMs,
      () => null,
    );
  const [record, events] = await Promise.all([
    timeOf(join(folder, "record.json")),
    timeOf(eventsOf(folder)),
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
