import type { Recording, RunRecord } from "@metrigrad/train";
import { kindOf, refused } from "../refused.ts";

/**
 * Values along a run, such as the error of a solution by step.
 *
 * @category Pictures
 */
export interface CurveRecord {
  /** The name of the line. Records with one label are repeats of each other, such as runs with other seeds. */
  readonly label: string;
  /** The name of the panel; all records share one by default. */
  readonly panel?: string;
  /** The seed of the run; it only counts as one of "3 seeds". */
  readonly seed?: number;
  /**
   * The values by name, in the order of the run. A value that is null or absent was not measured, and the line goes past it.
   * NaN is a gap in the line.
   */
  readonly points: readonly CurvePoint[];
}

/**
 * The values at one place of a run by name, such as `{ step: 10, seconds: 0.3, error: 0.02 }`.
 *
 * @category Pictures
 */
export type CurvePoint = Readonly<Record<string, number | null | undefined>>;

/**
 * What {@link curves} draws: a recording, its runs, or any values along runs.
 *
 * @category Pictures
 */
export type CurveRecords = Recording | readonly (RunRecord | CurveRecord)[];

/** A run with what it has in common with others. */
export interface Track {
  readonly panel: string;
  readonly label: string;
  readonly points: readonly CurvePoint[];
  /** The record of a run of `fit`; null for other records. */
  readonly run: RunRecord | null;
}

/** Returns records in one form. Throws DataError for what is none, and if there are none. */
export function tracksOf(where: string, records: CurveRecords): Track[] {
  const list = isRecording(records) ? records.runs : records;
  if (!Array.isArray(list)) throw noRecords(where, kindOf(list));
  if (list.length === 0) throw noRecords(where, "none");
  return list.map((one: RunRecord | CurveRecord, at) => {
    if (isRun(one)) return trackOf(one);
    if (typeof one?.label !== "string" || !Array.isArray(one.points)) {
      throw refused(
        where,
        "each record must be a run's record, or have a label and points",
        `${kindOf(one)} at place ${at}`,
        'pass { label: "adam", points: [{ step: 1, error: 0.5 }] }',
      );
    }
    return { panel: one.panel ?? "", label: one.label, points: one.points, run: null };
  });
}

function isRecording(records: CurveRecords): records is Recording {
  return typeof records === "object" && records !== null && "runs" in records;
}

function isRun(record: RunRecord | CurveRecord): record is RunRecord {
  return typeof record === "object" && record !== null && "epochs" in record;
}

/** The record of a run gives seconds by epoch; along a run they add up. */
function trackOf(run: RunRecord): Track {
  let spent = 0;
  const points = run.epochs.map(({ seconds, ...epoch }) => {
    spent += seconds;
    return { ...epoch, seconds: spent };
  });
  return { panel: run.arch, label: run.optimizer, points, run };
}

function noRecords(where: string, got: string) {
  const todo = "pass a recording, as record.json holds it, or [await recordRun(run, labels)]";
  return refused(where, "there must be records", got, todo);
}
