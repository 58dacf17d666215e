import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DataError } from "@metrigrad/tensor";
import type { Recording } from "@metrigrad/train";

/** Reads the record.json of a folder. Throws DataError where there is none, or where it is damaged. */
export async function readRecording(folder: string, command: string): Promise<Recording> {
  const file = join(folder, "record.json");
  const refused = (must: string, got: string) => {
    const todo = "pass a folder that metrigrad train FILE --out DIR wrote";
    return new DataError({ where: `metrigrad ${command}, ${file}`, must, got, todo });
  };
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw refused("the file must be readable", (error as NodeJS.ErrnoException).code ?? "an error");
  }
  const must = "it must hold a recording of schema 1";
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw refused(must, (error as Error).message);
  }
  const wrong = oddity(content);
  if (wrong !== null) throw refused(must, wrong);
  return content as Recording;
}

/** What is wrong with a value that should be a recording; null: nothing. */
function oddity(value: unknown): string | null {
  if (!isRecord(value)) return "no object";
  const { schema, environment, runs } = value;
  if (schema !== 1) return `schema ${JSON.stringify(schema)}`;
  if (!isRecord(environment)) return "no environment";
  if (!Array.isArray(runs)) return "no runs";
  const odd = runs.findIndex((run) => !isRun(run));
  return odd < 0 ? null : `an odd run ${odd + 1}`;
}

function isRun(run: unknown): boolean {
  if (!isRecord(run) || !isRecord(run.test) || !isRecord(run.settings)) return false;
  const { arch, optimizer, seed, epochs, test } = run;
  if (![test.accuracy, test.cost].every(isValue)) return false;
  const named = [arch, optimizer].every((name) => typeof name === "string");
  return named && typeof seed === "number" && Array.isArray(epochs) && epochs.every(isEpoch);
}

function isEpoch(epoch: unknown): boolean {
  if (!isRecord(epoch)) return false;
  const { epoch: number, seconds, trainCost, validCost, validAccuracy, secondsMetric } = epoch;
  const counted = [number, seconds].every((one) => typeof one === "number");
  const { report } = epoch;
  const reported = report === undefined || (isRecord(report) && Array.isArray(report.blocks));
  return counted && reported && [trainCost, validCost, validAccuracy, secondsMetric].every(isValue);
}

/** Whether something is what a table shows: a number, or null where there is none. */
function isValue(value: unknown): boolean {
  return value === null || typeof value === "number";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
