import { writeWhole } from "../files/writeWhole.ts";
import { type ChartOptions, chart } from "./chart/chart.ts";
import { epochsCsv } from "./epochsCsv.ts";
import type { Recording } from "./record.ts";

/**
 * Writes record.json, epochs.csv and chart.svg to a folder, each whole or not at all, and makes the
 * folder where it is missing. For Node only; throws what the file system throws.
 */
export async function writeReport(
  folder: string,
  recording: Recording,
  options: ChartOptions = {},
): Promise<void> {
  await writeWhole(`${folder}/record.json`, `${JSON.stringify(recording, null, 2)}\n`);
  await writeWhole(`${folder}/epochs.csv`, epochsCsv(recording));
  await writeWhole(`${folder}/chart.svg`, chart(recording, options));
}
