import { methods } from "./methods.ts";
import type { PdeProblem } from "./problems.ts";
import type { Mark, PdeRun } from "./run.ts";

/** A setting that was tried, with its error at the end; null where it diverged. */
export interface TrialRecord {
  readonly method: string;
  readonly setting: string;
  readonly error: number | null;
}

/** A run with the setting that was best. */
export interface RaceRecord extends PdeRun {
  readonly method: string;
  readonly setting: string;
  readonly seed: number;
}

/** All that is known of a problem. */
export interface Records {
  machine: string;
  readonly trials: TrialRecord[];
  readonly races: RaceRecord[];
}

/** A method with its runs. */
export interface Racer {
  readonly name: string;
  readonly runs: readonly RaceRecord[];
}

/** The trial with the lowest error; undefined where there is none. */
export function bestOf({ trials }: Records, method: string): TrialRecord | undefined {
  return trials
    .filter((one) => one.method === method && one.error !== null && Number.isFinite(one.error))
    .sort((a, b) => (a.error as number) - (b.error as number))[0];
}

/** The methods that raced, in their order. */
export function racersOf({ races }: Records): Racer[] {
  return methods
    .map(({ name }) => ({ name, runs: races.filter(({ method }) => method === name) }))
    .filter(({ runs }) => runs.length > 0);
}

/** The error of a run as it was last measured at a second or a step; undefined before the first measure. */
export function errorAt(marks: readonly Mark[], axis: 0 | 1, value: number): number | undefined {
  return marks.findLast((mark) => mark[axis] <= value)?.[2];
}

/** Median and quartiles of numbers, by linear interpolation. */
export function quartiles(values: readonly number[]): [low: number, middle: number, high: number] {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => {
    const place = share * (sorted.length - 1);
    const below = Math.floor(place);
    const [a = Number.NaN, b = a] = [sorted[below], sorted[below + 1]];
    return a + (place - below) * (b - a);
  };
  return [at(0.25), at(0.5), at(0.75)];
}

/** The page with the section of a problem between its two comments. */
export function filled(page: string, problem: PdeProblem, records: Records): string {
  const [open, close] = [`<!-- ${problem.name} -->`, `<!-- end of ${problem.name} -->`];
  const [before, rest = ""] = page.split(open);
  const [, after = ""] = rest.split(close);
  return [before, open, "\n\n", sectionOf(problem, records), "\n\n", close, after].join("");
}

function sectionOf({ name, title, seconds, tuning }: PdeProblem, records: Records): string {
  const racers = racersOf(records);
  const bySecond = [1, 2, 5, 10, 20, 30, 60, 120, 300].filter((value) => value <= seconds);
  const byStep = [10, 30, 100, 300, 1000, 3000, 10_000];
  const count = new Set(records.races.map(({ seed }) => seed)).size;
  return [
    `${title}.`,
    `Relative L2 error, median of ${count} seeds and in brackets its quartiles, after seconds of steps:`,
    table(racers, 0, bySecond),
    "After steps:",
    table(racers, 1, byStep),
    `![Error by second](experiment-pde/${name}.svg)`,
    `All settings with their error after ${tuning} seconds with another seed:`,
    trialTable(records),
    `${records.machine}.`,
  ].join("\n\n");
}

function table(racers: readonly Racer[], axis: 0 | 1, values: readonly number[]): string {
  const head = [
    "",
    ...values.map((value) => (axis === 0 ? `${value} s` : value.toLocaleString("en"))),
  ];
  const rows = racers.map(({ name, runs }) => [
    name,
    ...values.map((value) => cell(runs, axis, value)),
  ]);
  return markdown([head, ...rows]);
}

/** Past the last step of a run its error stays as it was; past those of all of them there is none. */
function cell(runs: readonly RaceRecord[], axis: 0 | 1, value: number): string {
  const reached = axis === 0 || runs.some(({ marks }) => (marks.at(-1)?.[1] ?? 0) >= value);
  const errors = runs.map(({ marks }) => errorAt(marks, axis, value));
  if (!reached || errors.some((one) => one === undefined)) return "–";
  const [low, middle, high] = quartiles(errors as number[]);
  return `${short(middle)} (${short(low)} … ${short(high)})`;
}

function trialTable(records: Records): string {
  return markdown([
    ["", "setting: error"],
    ...methods.flatMap(({ name }) => {
      const trials = records.trials.filter(({ method }) => method === name);
      if (trials.length === 0) return [];
      const best = bestOf(records, name);
      const each = trials.map((one) => {
        const text = `${one.setting}: ${one.error === null ? "diverged" : short(one.error)}`;
        return one === best ? `**${text}**` : text;
      });
      return [[name, each.join(" · ")]];
    }),
  ]);
}

function markdown([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const short = (value: number) => value.toExponential(1);
