import { methods, type Tuned } from "./methods.ts";
import type { RunRecord } from "./race.ts";
import type { TimedRun } from "./timedRace.ts";

/** A setting that was tried, with its costs after the last epoch; null where it diverged. */
export interface TrialRecord extends Tuned {
  readonly problem: string;
  readonly method: string;
  readonly trainCost: number | null;
  readonly validCost: number | null;
}

/** A run with the setting that was best. */
export interface RaceRecord extends Tuned, RunRecord {
  readonly problem: string;
  readonly method: string;
  readonly seed: number;
  /** Epochs of the run. */
  readonly passes: number;
}

/** A run by the clock with the setting that was best. */
export interface TimedRecord extends Tuned, TimedRun {
  readonly problem: string;
  readonly method: string;
  readonly seed: number;
  /** Seconds of training. */
  readonly budget: number;
}

/** All that is known. */
export interface Records {
  machine: string;
  /** Where the runs by the clock were measured. */
  timedMachine: string;
  readonly trials: TrialRecord[];
  readonly races: RaceRecord[];
  /** Runs by the clock. */
  readonly timed: TimedRecord[];
}

/** The trial with the lowest training cost; undefined where there is none. */
export function bestOf({ trials }: Records, problem: string, method: string) {
  const own = trials.filter((one) => one.problem === problem && one.method === method);
  return own
    .filter((one): one is TrialRecord & { trainCost: number } => one.trainCost !== null)
    .sort((a, b) => a.trainCost - b.trainCost)[0];
}

/** The tries on a problem, a row for each method that has some. */
export function trialsOf(problem: string, records: Records): string {
  const rows = methods.flatMap(({ name }) => {
    const own = records.trials.filter((one) => one.problem === problem && one.method === name);
    if (own.length === 0) return [];
    const best = bestOf(records, problem, name);
    const cells = own.map((one) => {
      const costs = [one.trainCost, one.validCost].flatMap((cost) => cost?.toFixed(4) ?? []);
      const text = `${settingOf(one)}: ${one.trainCost === null ? "diverged" : costs.join(" · ")}`;
      return one === best ? `**${text}**` : text;
    });
    return [[name, ...cells]];
  });
  return table(["", ...(rows[0] ?? []).slice(1).map((_, at) => `${at + 1}`)], rows);
}

/** γ, λ where there is one, and the bound of steps where there is one. */
export function settingOf({ learningRate, absolute, klClip }: Tuned): string {
  const damping = absolute === undefined ? "" : `, λ ${absolute}`;
  return `γ ${learningRate}${damping}${klClip === undefined ? "" : `, ≤ ${klClip} √nats`}`;
}

/** A table of Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}
