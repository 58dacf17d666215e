import type { Solved, SolveEvent } from "metrigrad";
import type { Report } from "./settings.ts";

/** What a run of `solve` came to: its own measures, the loss before and after, and seconds. Closes the run. */
export async function reportOf<U>(run: Solved<U>): Promise<Report> {
  const losses = await run.losses();
  const [first, last] = [run.history[0], run.history.at(-1)];
  await run.close();
  return {
    ...last?.measures,
    "first loss": first?.loss ?? Number.NaN,
    "last loss": Object.values(losses).reduce((sum, one) => sum + one, 0),
    seconds: last?.seconds ?? Number.NaN,
  };
}

/** Writes measures of a run of full size as it goes on. */
export function progress(size: number): (event: SolveEvent) => void {
  return ({ step, measures }) => {
    if (measures !== null && size === 1) console.log(`${step}: ${line(measures)}`);
  };
}

/** Writes a report whose numbers may be small. */
export function printSmall(report: Report): void {
  for (const [name, value] of Object.entries(report)) console.log(line({ [name]: value }));
}

function line(values: Report): string {
  return Object.entries(values)
    .map(([name, value]) => `${name} ${value.toPrecision(3)}`)
    .join(", ");
}
