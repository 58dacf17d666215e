import { checkNames, DataError } from "@metrigrad/tensor";
import { refused } from "../refused.ts";
import { type CurveQuantity, checkRange } from "./quantities.ts";
import type { CurveBand, CurveCentre } from "./together.ts";

/**
 * Options of {@link curves}.
 *
 * @category Pictures
 */
export interface CurveOptions {
  /** The line above the picture; none by default. */
  readonly title?: string;
  /**
   * The quantities, with a row of panels each. By default these are the training cost and the validation accuracy of runs, or
   * their validation cost where there is no accuracy; of other records all values but the epoch, the step and the seconds.
   */
  readonly quantities?: readonly (string | CurveQuantity)[];
  /**
   * The places along a run, with a column of panels each. By default `["epoch", "seconds"]` for the records of runs, and for
   * others the first that they have of `step`, `epoch` and `seconds`.
   */
  readonly by?: string | CurveQuantity | readonly (string | CurveQuantity)[];
  /** The value of repeats that a line shows; `"median"` by default. */
  readonly centre?: CurveCentre;
  /** What the band around a line spans; `"range"` by default, from the lowest repeat to the highest one. */
  readonly band?: CurveBand;
  /** The labels in the order of their styles, so that each has the same style in all pictures; that of the records by default. */
  readonly order?: readonly string[];
  /** The ranges of the quantities' axes, by panel and name of the quantity. */
  readonly ranges?: Readonly<Record<string, Readonly<Record<string, readonly [number, number]>>>>;
  /** A sentence below the title, beside what the lines and bands mean; none by default. */
  readonly note?: string;
  /** The height of a panel in pixels; 260 by default, and 380 for a single one. */
  readonly height?: number;
}

const names = [
  "title",
  "quantities",
  "by",
  "centre",
  "band",
  "order",
  "ranges",
  "note",
  "height",
] as const satisfies readonly (keyof CurveOptions)[];

/** Throws DataError for options that are none, or that cannot be. */
export function checkCurveOptions(where: string, options: CurveOptions): void {
  checkNames(where, options, names, DataError);
  const { centre = "median", band = "range", quantities, by, height = 260, ranges } = options;
  const among = (name: string, got: string, known: readonly string[]) => {
    if (known.includes(got)) return;
    const all = known.map((one) => JSON.stringify(one)).join(" or ");
    throw refused(where, `${name} must be ${all}`, JSON.stringify(got), "use one of them");
  };
  among("centre", centre, ["median", "mean"]);
  among("band", band, ["range", "quartiles", "none"]);
  if (quantities !== undefined && (!Array.isArray(quantities) || quantities.length === 0)) {
    const todo = 'pass ["trainCost"], or leave it out';
    throw refused(where, "quantities must be a list of at least one", String(quantities), todo);
  }
  if (Array.isArray(by) && by.length === 0) {
    throw refused(where, "by must name a place", "an empty list", 'pass "step"');
  }
  if (!(Number.isFinite(height) && height >= 120)) {
    const todo = "pass a number of pixels, such as 260";
    throw refused(where, "height must be at least 120 pixels", String(height), todo);
  }
  for (const [panel, own] of Object.entries(ranges ?? {})) {
    for (const [name, range] of Object.entries(own)) {
      checkRange(where, `ranges of ${panel}, ${name}`, range);
    }
  }
}
