import { curves } from "metrigrad";
import { methods } from "./methods.ts";
import type { PdeProblem } from "./problems.ts";
import type { Racer } from "./tables.ts";

/** The relative error of every method by second, both in equal factors: median and quartiles of its seeds. SVG. */
export function pdeChart(racers: readonly Racer[], { title, seconds }: PdeProblem): string {
  const records = racers.flatMap(({ name: label, runs }) =>
    runs.map(({ seed, marks }) => {
      const points = marks
        .filter(([at, , error]) => at <= seconds && error > 0)
        .map(([at, step, error]) => ({ seconds: at, step, error }));
      const last = points.at(-1);
      // A run's error stays as it was last measured, up to the end of the race.
      return { label, seed, points: last === undefined ? [] : [...points, { ...last, seconds }] };
    }),
  );
  return curves(records, {
    title: "Error of a solution by second",
    note: `${title}.`,
    quantities: [{ of: "error", title: "relative L2 error", log: true }],
    by: { of: "seconds", title: "seconds of steps, one thread", log: true },
    band: "quartiles",
    // The last methods are those of this library.
    order: methods.map(({ name }) => name).reverse(),
  });
}
