import { basename, resolve } from "node:path";
import { type Recording, type RunRecord, writeWhole } from "@metrigrad/train";
import { curves } from "@metrigrad/view";
import type { Context, Told } from "../context.ts";
import { resultTable } from "../table.ts";
import { UsageError } from "../usage.ts";
import { writtenText } from "../written.ts";
import { readRecording } from "./readRecording.ts";

/** Options of `compare`. */
interface CompareOptions {
  /** The file of the picture. */
  readonly out?: string;
}

/**
 * Several recordings in one table and one picture.
 * @throws UsageError for fewer than two folders, or one that is named twice; DataError where there is no recording
 */
export async function compare(
  folders: readonly string[],
  { out = "compare.svg" }: CompareOptions,
  context: Context,
): Promise<Told> {
  const { width, colours } = context;
  checkFolders(folders);
  const read = await Promise.all(folders.map((folder) => readRecording(folder, "compare")));
  const labels = labelsOf(folders);
  const runs = read.flatMap((recording, index) => labelled(recording, labels[index] as string));
  // What differs is in the names of the curves, so that all runs share their panels.
  const together = runs.map(({ run, curve }) => ({ ...run, arch: "", optimizer: curve }));
  const picture = curves(together);
  await writeWhole(out, picture);
  const shown = runs.map(({ run, name }) => ({ ...run, arch: name }));
  const table = resultTable(shown, { width, title: colours.bold });
  const recordings = read.map((recording, index) => ({ folder: folders[index], ...recording }));
  return {
    code: 0,
    text: `${table}\n\n${writtenText([out], context)}\n`,
    value: { recordings, files: [out] },
  };
}

function checkFolders(folders: readonly string[]): void {
  const where = "metrigrad compare";
  if (folders.length < 2) {
    throw new UsageError({
      where,
      must: "there must be at least two folders",
      got: folders.join(", "),
      todo: "add another one, or use metrigrad report for one",
    });
  }
  const paths = folders.map((folder) => resolve(folder));
  const twice = folders.find((_, index) => paths.indexOf(paths[index] as string) !== index);
  if (twice === undefined) return;
  throw new UsageError({
    where,
    must: "folders must differ",
    got: `${twice} twice`,
    todo: "name each one once",
  });
}

/** What tells folders apart: their own names where these differ, else their paths. */
function labelsOf(folders: readonly string[]): readonly string[] {
  const names = folders.map((folder) => basename(resolve(folder)));
  return new Set(names).size === names.length ? names : folders;
}

/** The runs of a recording, each with its name in the table and that of its curve: the folder, and what differs within it. */
function labelled({ runs }: Recording, label: string) {
  const archs = new Set(runs.map(({ arch }) => arch)).size > 1;
  const optimizers = new Set(runs.map(({ optimizer }) => optimizer)).size > 1;
  return runs.map((run: RunRecord) => {
    const name = archs ? `${label} ${run.arch}` : label;
    return { run, name, curve: optimizers ? `${name} ${run.optimizer}` : name };
  });
}
