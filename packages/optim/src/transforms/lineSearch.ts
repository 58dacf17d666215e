import {
  argMin,
  constant,
  gather,
  isFinite,
  less,
  mul,
  type Node,
  vmap,
  where,
} from "@metrigrad/graph";
import { tensor } from "@metrigrad/tensor";
import { lossChange } from "../core/lossChange.ts";
import { checkKnown, checkSettings } from "../core/settings.ts";
import { mapDirections } from "../core/step.ts";
import type { Transform } from "../core/transform.ts";

/** Settings of the line search. */
export interface LineSearchSettings {
  /** How many lengths are tried; 8 by default. */
  readonly trials?: number;
  /** Each is this times the one before, in (0, 1); ½ by default. */
  readonly shrink?: number;
  /** The first length, in steps of the chain; 1 by default. */
  readonly longest?: number;
}

/**
 * u ← su with the s of a grid, `longest`·`shrink`^k, at which the loss of the batch falls most (Müller and Zeinhofer 2023,
 * section 4.1); 0 where it falls at none. All lengths are tried at once, as one batch of forward passes, each of which costs what one
 * of the batch does. Throws GraphError for settings out of range.
 */
export function lineSearch(settings: LineSearchSettings = {}): Transform {
  checkKnown("lineSearch", settings, ["trials", "shrink", "longest"]);
  const { trials = 8, shrink = 0.5, longest = 1 } = settings;
  checkSettings(
    "lineSearch",
    { trials, shrink, longest },
    {
      trials: [1, 64],
      shrink: [Number.EPSILON, 1 - Number.EPSILON],
      longest: [Number.MIN_VALUE, Number.MAX_VALUE],
    },
  );
  const count = Math.round(trials);
  const lengths = Float64Array.from({ length: count }, (_, k) => longest * shrink ** k);
  return Object.freeze({
    name: "lineSearch",
    settings: { trials: count, shrink, longest },
    transform: (step, context) => {
      const grid = constant(tensor(lengths));
      const changeAt = (s: Node) =>
        lossChange(
          context,
          step.directions.map(([variable, u]) => [variable, mul(s, u)] as const),
        );
      const changes = vmap(changeAt)(grid);
      const known = where(isFinite(changes), changes, Number.POSITIVE_INFINITY);
      const best = argMin(known, { axis: 0 });
      const length = where(less(gather(known, best), 0), gather(grid, best), 0);
      const moved = mapDirections(step, (u) => mul(length, u));
      const quantity = { name: "searched", value: () => length, costly: false };
      const { quantities, blocks } = step.report;
      return { ...moved, length, report: { blocks, quantities: [...quantities, quantity] } };
    },
  } satisfies Transform);
}
