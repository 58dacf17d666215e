import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Recording, type RunRecord, writeWhole } from "@metrigrad/train";
import { type NamedRecording, reportPage, writeReport } from "@metrigrad/view";
import type { Context, Told } from "../context.ts";
import { fitted } from "../fitted.ts";
import { listed } from "../listed.ts";
import { showCost, showShare } from "../show.ts";
import { resultTable } from "../table.ts";
import { writtenText } from "../written.ts";
import { chartOptions } from "./chartOptions.ts";
import { namedRecordings } from "./namedRecordings.ts";

/** Options of `report`. */
interface ReportOptions {
  /** The file of the page. */
  readonly out?: string;
}

/**
 * Writes a page on recordings, and prints their tables. The pictures and the table of a single one are written anew.
 * @throws UsageError for a folder that is named twice; DataError where there is no recording
 */
export async function report(
  folders: readonly string[],
  options: ReportOptions,
  context: Context,
): Promise<Told> {
  const named = await namedRecordings(folders, "report");
  const [first = "."] = folders;
  const { out = join(folders.length === 1 ? first : ".", "report.html") } = options;
  const files = [out];
  const [{ recording }] = named as [NamedRecording];
  const recorded = existsSync(join(first, "record.json")) && recording.runs.length > 0;
  if (named.length === 1 && recorded) {
    await writeReport(first, recording, chartOptions(recording));
    files.push(join(first, "epochs.csv"), join(first, "chart.svg"));
  }
  await writeWhole(out, reportPage(named));
  const { width, colours } = context;
  const several = named.length > 1;
  const parts = [
    ...named.flatMap((one) => recordingText(one, several, context)),
    ...(several ? [] : [resultTable(recording.runs, { width, title: colours.bold })]),
    writtenText(files, context),
  ];
  const value = several
    ? { recordings: named.map(({ name, recording: own }) => ({ name, ...own })), files }
    : { ...recording, files };
  return { code: 0, text: `${parts.join("\n\n")}\n`, value };
}

/** The epochs of each run of a single recording; of several the results alone. */
function recordingText({ name, recording }: NamedRecording, several: boolean, context: Context) {
  const { width, colours } = context;
  if (several) {
    return [
      `${colours.bold(name)}\n${resultTable(recording.runs, { width, title: colours.bold })}`,
    ];
  }
  const runs = recording.runs.map((run) => {
    const title = `${run.arch}  ${run.optimizer}  seed ${run.seed}`;
    return `${colours.bold(title)}\n${epochTable(run, context)}`;
  });
  return [environmentText(recording, context), ...runs];
}

/** Where the runs took place, a line each. */
function environmentText({ environment }: Recording, { width }: Context): string {
  const pairs = Object.entries(environment).map(([name, value]): [string, string] => {
    return [name, String(value)];
  });
  return listed(pairs, width).join("\n");
}

/** The epochs of a run; those in between are left out where there are many. */
function epochTable({ epochs }: RunRecord, { width, colours }: Context): string {
  const many = 20;
  const every = Math.ceil(epochs.length / many);
  const shown = epochs.filter((_, index) => (epochs.length - 1 - index) % every === 0);
  if (shown.length === 0) return "no epoch was finished";
  const rows = shown.map((epoch) => [
    String(epoch.epoch),
    showCost(epoch.trainCost),
    showCost(epoch.validCost),
    showShare(epoch.validAccuracy),
    epoch.seconds.toFixed(2),
  ]);
  const head = ["epoch", "train cost", "valid cost", "valid accuracy", "seconds"];
  const short = ["epoch", "train", "valid", "valid acc", "s"];
  return fitted({ head, short, rows, words: 0 }, width, (text, _, row) =>
    row === 0 ? colours.dim(text) : text,
  );
}
