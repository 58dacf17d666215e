import { type Recording, writeAllWhole } from "@metrigrad/train";
import { drawCurves } from "../curves/curves.ts";
import type { CurveOptions } from "../curves/options.ts";
import { epochsCsv } from "./epochsCsv.ts";

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
 * @param options - How {@link curves} draws chart.svg.
 * @throws {@link GraphError} if there is no file system.
 * @throws {@link DataError} if there are no runs, and for options that are not valid.
 * @category Pictures
 */
export async function writeReport(
  folder: string,
  recording: Recording,
  options: CurveOptions = {},
): Promise<void> {
  const record = `${JSON.stringify(recording, null, 2)}\n`;
  const id = await idInTurn(record);
  const picture = drawCurves("writeReport", recording, options, { "data-record": id });
  // The record first: an old one never stands beside a new table.
  await writeAllWhole(folder, [
    ["record.json", record],
    ["epochs.csv", epochsCsv(recording, { record: id })],
    ["chart.svg", picture],
  ]);
}

/** The last id that was asked for. Ids come in the order of the calls, so that of reports at one time the last one stays. */
let last: Promise<unknown> = Promise.resolve();

function idInTurn(text: string): Promise<string> {
  const [before, own] = [last, idOf(text)];
  const id = before.then(() => own);
  last = id.catch(() => undefined);
  return id;
}

/** The first 16 digits of the SHA-256 of a text. */
async function idOf(text: string): Promise<string> {
  const hash = await globalThis.crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  const digits = [...new Uint8Array(hash)].map((byte) => byte.toString(16).padStart(2, "0"));
  return digits.join("").slice(0, 16);
}
