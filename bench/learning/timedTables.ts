import { methods, type Tuned } from "./methods.ts";
import { type Records, settingOf, table, trialsOf } from "./records.ts";
import type { TimedProblem } from "./timed.ts";
import type { TimedRun } from "./timedRace.ts";

/** Whose cost at the end the others are measured by. */
const rival = "ADAM";

/** The tables of a problem by the clock. */
export function timedSection(
  { name, title, budget, tuning }: TimedProblem,
  records: Records,
): string {
  const racers = methods.flatMap((method) => {
    const runs = records.timed.filter(
      (one) => one.problem === name && one.method === method.name && one.budget === budget,
    );
    return runs.length === 0 ? [] : [{ name: method.name, runs }];
  });
  const seconds = [10, 20, 60, 120].filter((second) => second <= budget);
  const goal = median(
    racers
      .filter((racer) => racer.name === rival)
      .flatMap(({ runs }) => runs.flatMap(({ curve }) => costAt(curve, budget) ?? [])),
  );
  return [
    `${title}. ${records.timedMachine}.`,
    table(
      ["training cost after seconds", ...seconds.map(String), "steps"],
      racers.map((racer) => [
        `${racer.name}, ${settingOf(racer.runs[0] as Tuned)}`,
        ...seconds.map((second) => spread(racer.runs.map(({ curve }) => costAt(curve, second)))),
        spread(
          racer.runs.map(({ steps }) => steps),
          0,
        ),
      ]),
    ),
    table(
      [`second at which the cost is first ${goal.toFixed(1)}, ${rival}'s after ${budget}`, ""],
      racers.map((racer) => [
        racer.name,
        spread(racer.runs.map(({ curve }) => firstAt(curve, goal))),
      ]),
    ),
    `What was tried for ${tuning} seconds each, training cost:\n\n${trialsOf(name, records)}`,
  ].join("\n\n");
}

type Curve = TimedRun["curve"];

/** The cost after a time, on straight lines between what was measured; null where the run has not come so far. */
export function costAt(curve: Curve, second: number): number | null {
  const after = curve.findIndex(([at]) => at >= second);
  if (after < 0) return null;
  const [to, cost] = curve[after] as readonly [number, number];
  const [from, before] = curve[after - 1] ?? [to, cost];
  return to === from ? cost : before + ((cost - before) * (second - from)) / (to - from);
}

/** The time at which a cost is first reached; null where it never is. */
export function firstAt(curve: Curve, goal: number): number | null {
  const after = curve.findIndex(([, cost]) => cost <= goal);
  if (after < 0) return null;
  const [to, cost] = curve[after] as readonly [number, number];
  const [from, before] = curve[after - 1] ?? [to, cost];
  return before === cost ? to : from + ((to - from) * (before - goal)) / (before - cost);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [Math.ceil(middle) - 1, Math.floor(middle)].map((at) => sorted[at]);
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
}

/** The median, and the least and the largest; how many runs have no number, where some have none. */
function spread(values: readonly (number | null)[], digits = 1): string {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return "never";
  const [middle, least, largest] = [median(known), Math.min(...known), Math.max(...known)].map(
    (value) => value.toFixed(digits),
  );
  const missing = values.length - known.length;
  return `${middle} (${least} … ${largest})${missing === 0 ? "" : `, ${missing} of ${values.length} never`}`;
}
