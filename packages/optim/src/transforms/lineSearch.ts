import {
  add,
  argMin,
  constant,
  gather,
  greater,
  isFinite,
  less,
  mul,
  type Node,
  vmap,
  where,
} from "@metrigrad/graph";
import { GraphError, tensor } from "@metrigrad/tensor";
import { lossChange } from "../core/lossChange.ts";
import { checkKnown, checkSettings, checkWhole } from "../core/settings.ts";
import { type ChainStep, mapDirections } from "../core/step.ts";
import type { Transform } from "../core/transform.ts";
import { fullWolfeSearch, type WolfeSearchSettings, wolfeLength } from "./wolfeSearch.ts";

/**
 * Settings of a {@link lineSearch} over a grid of lengths.
 *
 * @category Optimizers: combining
 */
export interface GridSearchSettings {
  /** The rule: `"grid"` by default. */
  readonly rule?: "grid";
  /** The number of lengths that are tried, in [1, 64]; 8 by default. */
  readonly trials?: number;
  /** The ratio of a length to the one before, in (0, 1); ½ by default. */
  readonly shrink?: number;
  /** The first length, in steps of the chain; 1 by default. */
  readonly longest?: number;
}

/**
 * Settings of a {@link lineSearch}: of a search over a grid by default, or of one for the strong Wolfe conditions.
 *
 * @category Optimizers: combining
 */
export type LineSearchSettings = GridSearchSettings | WolfeSearchSettings;

/**
 * Makes a link of a {@link chain} that finds the length of the step: u ← su.
 *
 * By default s is the length of a grid, `longest`·`shrink`^k, at which the loss of the batch falls most (Müller and
 * Zeinhofer 2023, section 4.1). If it falls at none, s is 0. All lengths are tried at once, as one batch of forward
 * passes; each costs as much as a forward pass of the batch. A step that {@link acceleration} bends is tried along
 * its curve and straight.
 *
 * With `rule: "wolfe"` s meets the strong Wolfe conditions L(s) ≤ L(0) + c₁sL'(0) and |L'(s)| ≤ c₂|L'(0)|. Lengths
 * are tried one after the other, longer ones too, at some three forward passes each. If `trials` are not enough, s is
 * the length with the lowest loss, and 0 if no length was lower.
 *
 * @param settings - The rule of the search, and its numbers.
 * @returns The transform.
 * @throws {@link GraphError} if a setting is unknown or out of range. When a step is built: if another transform
 *   stands between `acceleration` and the search.
 * @category Optimizers: combining
 */
export function lineSearch(settings: LineSearchSettings = {}): Transform {
  if (settings?.rule === "wolfe") return wolfeSearch(settings);
  checkKnown("lineSearch", settings, ["rule", "trials", "shrink", "longest"]);
  if (settings.rule !== undefined && settings.rule !== "grid") throw unknownRule(settings.rule);
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
  checkWhole("lineSearch", { trials });
  const lengths = Array.from({ length: trials }, (_, k) => longest * shrink ** k);
  return Object.freeze({
    name: "lineSearch",
    settings: { trials, shrink, longest },
    transform: (step, context) => {
      if (step.bend !== null && step.bend.of !== step.directions) throw leftBehind();
      // A step that bends is tried bent and straight at every length.
      const bent = step.bend === null ? [0] : [1, 0];
      const column = (values: readonly number[]) => constant(tensor(Float64Array.from(values)));
      const grid = column(bent.flatMap(() => lengths));
      const bends = column(bent.flatMap((share) => lengths.map(() => share)));
      const changeAt = (s: Node, share: Node) =>
        lossChange(context, stepAt(step, s, share).directions);
      const changes = vmap(changeAt)(grid, bends);
      const known = where(isFinite(changes), changes, Number.POSITIVE_INFINITY);
      const best = argMin(known, { axis: 0 });
      const length = where(less(gather(known, best), 0), gather(grid, best), 0);
      const moved = stepAt(step, length, gather(bends, best));
      return takenBy(moved, length, { searched: length });
    },
  } satisfies Transform);
}

/** Makes the transform of a search for the strong Wolfe conditions. */
function wolfeSearch(settings: WolfeSearchSettings): Transform {
  checkKnown("lineSearch, wolfe", settings, ["rule", "trials", "decrease", "curvature"]);
  const full = fullWolfeSearch("lineSearch, wolfe", settings);
  return Object.freeze({
    name: "lineSearch",
    settings: { ...full },
    transform: (step, context) => {
      const { length, evaluations } = wolfeLength(full, step, context);
      const moved = mapDirections(step, (u) => mul(length, u));
      return takenBy(moved, length, { searched: length, evaluations });
    },
  } satisfies Transform);
}

/** Returns the step at a length: su + cs²b. c is the share; it is 0 beyond the longest length that may bend. */
function stepAt(step: ChainStep, s: Node, share: Node): ChainStep {
  if (step.bend === null) return mapDirections(step, (u) => mul(s, u));
  const { directions, longest } = step.bend;
  const bend = new Map(directions);
  // If nothing bends, `longest` is 0/0 or infinite, and so is not a bound.
  const allowed = longest === null ? share : where(greater(s, longest), 0, share);
  const straight = mapDirections(step, (u) => mul(s, u));
  const moved = mapDirections(straight, (u, variable) => {
    const b = bend.get(variable);
    // A b that is not finite must not reach the step.
    return b === undefined ? u : add(u, where(greater(allowed, 0), mul(mul(s, s), b), 0));
  });
  return { ...moved, bend: null, straight: straight.directions };
}

/** Returns the step with a report of the search that found its length. */
function takenBy(moved: ChainStep, length: Node, told: Readonly<Record<string, Node>>): ChainStep {
  const more = Object.entries(told).map(([name, value]) => ({
    name,
    value: () => value,
    costly: false,
  }));
  const { quantities, blocks } = moved.report;
  return { ...moved, length, report: { blocks, quantities: [...quantities, ...more] } };
}

function leftBehind(): GraphError {
  return new GraphError({
    where: "lineSearch",
    must: "it must stand right behind acceleration",
    got: "a transform between them",
    todo: "put that one before acceleration, or behind the search",
  });
}

function unknownRule(rule: unknown): GraphError {
  return new GraphError({
    where: "lineSearch",
    must: 'rule must be "grid" or "wolfe"',
    got: JSON.stringify(rule) ?? String(rule),
    todo: 'leave it out for "grid"',
  });
}
