import { strd } from "./strd.ts";

/** A problem with its certified solution. */
export interface Problem {
  readonly name: string;
  /** How hard it is, as published: lower, average or higher. */
  readonly level: string;
  readonly starts: readonly (readonly number[])[];
  /** The parameters to eleven digits. */
  readonly certified: readonly number[];
  /** The sum of squared residuals there. */
  readonly squares: number;
  readonly y: readonly number[];
  /** Each predictor. */
  readonly x: readonly (readonly number[])[];
}

/** All problems, easier ones first. */
export function problems(): Problem[] {
  return strd.split(/^\[/m).slice(1).map(problemOf);
}

function problemOf(section: string): Problem {
  const [title = "", ...lines] = section.trim().split("\n");
  const fields = new Map(
    lines.slice(0, 5).map((line) => {
      const [name = "", ...values] = line.split(" ");
      return [name, values];
    }),
  );
  const numbers = (name: string) => (fields.get(name) ?? []).map(Number);
  const rows = lines.slice(5).map((line) => line.split(" ").map(Number));
  const [y = [], ...x] = (rows[0] ?? []).map((_, at) => rows.map((row) => row[at] as number));
  return {
    name: title.replace("]", ""),
    level: fields.get("level")?.[0] ?? "",
    starts: [numbers("start1"), numbers("start2")],
    certified: numbers("certified"),
    squares: numbers("squares")[0] ?? Number.NaN,
    y,
    x,
  };
}
