import { fileSystem } from "../files/fileSystem.ts";
import { inTurn } from "../files/inTurn.ts";
import { sha256Of } from "../files/sha256.ts";
import { type ReadyFile, readyFile, removeDeadParts, syncFolder } from "../files/wholeFile.ts";
import { type ChartOptions, chart } from "./chart/chart.ts";
import { epochsCsv } from "./epochsCsv.ts";
import type { Recording } from "./record.ts";

/**
 * Writes record.json, epochs.csv and chart.svg to a folder, each whole or not at all.
 *
 * All three are on the disk before the first one takes its name, and record.json comes first. So a crash leaves the former
 * report, the new one, or the new record with former pictures of it. A reader can tell: the table has a column `record` and the
 * picture an attribute `data-record`, with the first 16 digits of the SHA-256 of record.json. The function makes the folder if it is missing.
 * Writes to one folder take place in the order of the calls. For Node only; it rejects with what the file system throws.
 *
 * @param folder - Where the files go.
 * @param recording - The runs.
 * @param options - How the chart looks.
 * @throws {@link GraphError} if there is no file system.
 * @category Train: files and reports
 */
export async function writeReport(
  folder: string,
  recording: Recording,
  options: ChartOptions = {},
): Promise<void> {
  const record = `${JSON.stringify(recording, null, 2)}\n`;
  const id = sha256Of(record).slice(0, 16);
  const picture = chart(recording, options).replace("<svg", `<svg data-record="${id}"`);
  // The record first: an old one never stands beside a new table.
  const contents = [
    ["record.json", record],
    ["epochs.csv", epochsCsv(recording, { record: id })],
    ["chart.svg", picture],
  ] as const;
  const files = fileSystem("writeReport", "write reports in Node");
  const { join } = files.path;
  await inTurn(files, join(folder, "record.json"), async () => {
    await files.promises.mkdir(folder, { recursive: true });
    const ready: ReadyFile[] = [];
    try {
      for (const [name, content] of contents) {
        await removeDeadParts(files, join(folder, name));
        const bytes = new TextEncoder().encode(content);
        ready.push(await readyFile(files, join(folder, name), (file) => file.write(bytes)));
      }
      for (const file of ready) await file.place();
    } catch (error) {
      for (const file of ready) await file.discard();
      throw error;
    }
    await syncFolder(files, folder);
  });
}
