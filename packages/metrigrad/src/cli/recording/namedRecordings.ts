import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { readLive } from "@metrigrad/train";
import type { NamedRecording } from "@metrigrad/view";
import { UsageError } from "../usage.ts";
import { readRecording } from "./readRecording.ts";

const events = "events.jsonl";

/**
 * Reads the recordings of folders: record.json, else the events of a run that has not written one. With `live` the events come
 * first while a run trains. Throws UsageError for a folder that is named twice, and DataError where there is neither or one is damaged.
 */
export async function namedRecordings(
  folders: readonly string[],
  command: string,
  live = false,
): Promise<readonly NamedRecording[]> {
  checkDistinct(folders, command);
  const labels = labelsOf(folders);
  return Promise.all(
    folders.map(async (folder, at) => {
      const name = labels[at] as string;
      return { name, ...(await readFolder(folder, command, live)) };
    }),
  );
}

async function readFolder(
  folder: string,
  command: string,
  live: boolean,
): Promise<Omit<NamedRecording, "name">> {
  const recorded = existsSync(join(folder, "record.json"));
  if (!existsSync(join(folder, events)) || (recorded && !live)) {
    return { recording: await readRecording(folder, command) };
  }
  const { recording, states } = readLive(await readFile(join(folder, events), "utf8"));
  const ended = states.length > 0 && states.every(({ ending }) => ending !== null);
  if (!ended || !recorded) return { recording, states };
  // A record that the same runs wrote has their tests and spectra too.
  const whole = await readRecording(folder, command);
  const same = whole.runs.length === recording.runs.length;
  return { recording: same ? whole : recording, states };
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
