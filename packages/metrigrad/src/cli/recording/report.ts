import { join } from "node:path";
import type { Recording, RunRecord } from "@metrigrad/train";
import { writeReport } from "@metrigrad/view";
import type { Context, Told } from "../context.ts";
import { fitted } from "../fitted.ts";
import { listed } from "../listed.ts";
import { showCost, showShare } from "../show.ts";
import { resultTable } from "../table.ts";
import { writtenText } from "../written.ts";
import { chartOptions } from "./chartOptions.ts";
import { readRecording } from "./readRecording.ts";

/** The tables of a recording; its pictures are drawn anew. Throws DataError where there is no recording. */
export async function report(folder: string, context: Context): Promise<Told> {
  const recording = await readRecording(folder, "report");
  const files = [join(folder, "epochs.csv"), join(folder, "chart.svg")];
  await writeReport(folder, recording, chartOptions(recording));
  const { width, colours } = context;
  const runs = recording.runs.map((run) => {
    const title = `${run.arch}  ${run.optimizer}  seed ${run.seed}`;
    return `${colours.bold(title)}\n${epochTable(run, context)}`;
  });
  const parts = [
    environmentText(recording, context),
    ...runs,
    resultTable(recording.runs, { width, title: colours.bold }),
    writtenText(files, context),
  ];
  return { code: 0, text: `${parts.join("\n\n")}\n`, value: { ...recording, files } };
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
