import { DataError } from "@metrigrad/tensor";
import type { EpochRecord } from "../record/epochRecord.ts";
import { type Recording, type RunRecord, recordLabels } from "../record/record.ts";
import type { StepTime } from "../step/stepTime.ts";
import type { BeginEvent, LiveEnding, LiveEvent } from "./events.ts";

/**
 * The state of a run that writes its events.
 *
 * @category Train: files and reports
 */
export interface LiveState {
  /** The number of epochs of the whole run. */
  readonly epochs: number;
  /** The number of steps of the whole run; null if it is not known. */
  readonly steps: number | null;
  /** The number of the last step that was told of; 0 before the first. */
  readonly step: number;
  /** The time at which the run began, as ISO 8601 says it. */
  readonly begun: string;
  /** Why the run ended; null if it trains, or if its process was killed. */
  readonly ending: LiveEnding | null;
  /** What the error says that ended the run; null without one. */
  readonly message: string | null;
}

/**
 * Runs that were read from their events.
 *
 * @category Train: files and reports
 */
export interface LiveRecording {
  /** The runs as far as they have come. None is tested yet. */
  readonly recording: Recording;
  /** The state of each run of the recording. */
  readonly states: readonly LiveState[];
}

/**
 * Reads the events that `fit({ live })` wrote: the content of `events.jsonl`. A last line that is not whole yet is
 * left out.
 *
 * {@includeCode ../../../../examples/api/train/readLive.ts#example}
 *
 * @param text - The content of the file.
 * @returns The runs as far as they have come, and their states.
 * @throws {@link DataError} if a line is not an event, or if the first is not the begin of a run.
 * @category Train: files and reports
 */
export function readLive(text: string): LiveRecording {
  const end = text.lastIndexOf("\n") + 1;
  const runs: GrowingRun[] = [];
  const lines = text.slice(0, end).split("\n");
  lines.forEach((line, index) => {
    // A long run has very many steps, of which the last says all.
    const passed = isStep(line) && isStep(lines[index + 1] ?? "");
    // A killed process may have left half a line, after which another one began.
    const torn = !line.endsWith("}") && (lines[index + 1] ?? "").startsWith('{"type":"begin"');
    if (line !== "" && !passed && !torn) take(runs, eventOf(line, index + 1), index + 1);
  });
  const environment = runs.at(-1)?.begin.environment ?? {};
  return {
    recording: { schema: 1, environment, runs: runs.map(recordOf) },
    states: runs.map(stateOf),
  };
}

const isStep = (line: string) => line.startsWith('{"type":"step",');

/** A run as its events come. */
interface GrowingRun {
  readonly begin: BeginEvent;
  readonly epochs: Map<number, EpochRecord>;
  profile: readonly StepTime[];
  step: number;
  ending: LiveEnding | null;
  message: string | null;
}

function take(runs: GrowingRun[], event: LiveEvent, line: number): void {
  if (event.type === "begin") {
    if (event.resumed) removeFirstPart(runs, event);
    const epochs = new Map(event.history.map((one) => [one.epoch, one]));
    runs.push({ begin: event, epochs, profile: [], step: 0, ending: null, message: null });
    return;
  }
  const run = runs.at(-1);
  if (run === undefined) throw damaged(line, "the begin of a run", event.type);
  if (event.type === "step") run.step = event.step;
  else if (event.type === "epoch") {
    run.epochs.set(event.epoch.epoch, event.epoch);
    run.profile = event.profile;
  } else {
    run.ending = event.reason;
    run.message = event.message;
  }
}

/** Removes the last run of the same labels, which goes on. */
function removeFirstPart(runs: GrowingRun[], { arch, optimizer, seed }: BeginEvent): void {
  const at = runs.findLastIndex(({ begin }) => {
    return begin.arch === arch && begin.optimizer === optimizer && begin.seed === seed;
  });
  if (at >= 0) runs.splice(at, 1);
}

const types = ["begin", "step", "epoch", "end"];

function eventOf(line: string, number: number): LiveEvent {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw damaged(number, "an event as JSON", (error as Error).message);
  }
  const { type, schema } = (value ?? {}) as { type?: unknown; schema?: unknown };
  if (!types.includes(type as string)) throw damaged(number, "an event", JSON.stringify(type));
  if (type === "begin" && schema !== 1) throw damaged(number, "schema 1", JSON.stringify(schema));
  const event = value as LiveEvent;
  if (!isWhole(event)) throw damaged(number, "all parts of an event", line.slice(0, 80));
  return event;
}

/** Whether an event has the parts on which others are built. */
function isWhole(event: LiveEvent): boolean {
  const isObject = (part: unknown) => typeof part === "object" && part !== null;
  if (event.type === "begin") {
    const { arch, optimizer, seed, settings, environment, history } = event;
    const named = typeof arch === "string" && typeof optimizer === "string";
    const numbered = typeof seed === "number" && typeof event.epochs === "number";
    return named && numbered && [settings, environment].every(isObject) && Array.isArray(history);
  }
  if (event.type === "step") return typeof event.step === "number";
  if (event.type !== "epoch") return true;
  return typeof event.epoch?.epoch === "number" && Array.isArray(event.profile);
}

function damaged(line: number, must: string, got: string): DataError {
  return new DataError({
    where: `events.jsonl, line ${line}`,
    must: `it must have ${must}`,
    got,
    todo: "read a file that fit({ live }) or metrigrad train --live wrote",
  });
}

function recordOf({ begin, epochs, profile }: GrowingRun): RunRecord {
  return {
    ...recordLabels(begin),
    epochs: [...epochs.values()].sort((a, b) => a.epoch - b.epoch),
    test: { accuracy: null, cost: null },
    ...(profile.length === 0 ? {} : { profile }),
  };
}

function stateOf({ begin, step, ending, message }: GrowingRun): LiveState {
  const { epochs, steps, time } = begin;
  return { epochs, steps, step, begun: time, ending, message };
}
