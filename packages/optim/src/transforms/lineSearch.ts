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
import { checkKnown, checkSettings } from "../core/settings.ts";
import { type ChainStep, mapDirections } from "../core/step.ts";
import type { Transform } from "../core/transform.ts";
import { fullWolfeSearch, type WolfeSearchSettings, wolfeLength } from "./wolfeSearch.ts";

/** Settings of a line search over a grid of lengths. */
export interface GridSearchSettings {
  readonly rule?: "grid";
  /** How many lengths are tried; 8 by default. */
  readonly trials?: number;
  /** Each is this times the one before, in (0, 1); ½ by default. */
  readonly shrink?: number;
  /** The first length, in steps of the chain; 1 by default. */
  readonly longest?: number;
}

/** Settings of the line search: of a grid by default. */
export type LineSearchSettings = GridSearchSettings | WolfeSearchSettings;

/**
 * u ← su with the s of a grid, `longest`·`shrink`^k, at which the loss of the batch falls most (Müller and Zeinhofer 2023,
 * section 4.1); 0 where it falls at none. All lengths are tried at once, as one batch of forward passes, each of which costs what one
 * of the batch does. A step that `acceleration` bends is tried
 * along its curve and straight. With `rule: "wolfe"` s meets the strong Wolfe conditions L(s) ≤ L(0) + c₁sL'(0) and |L'(s)| ≤ c₂|L'(0)|
 * (`decrease` and `curvature`): lengths are tried one after the other, at some three forward passes each, also longer ones; where
 * `trials` are not enough s is the lowest of them, and 0 where none was lower. Throws GraphError for settings out of range.
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
  const count = Math.round(trials);
  const lengths = Array.from({ length: count }, (_, k) => longest * shrink ** k);
  return Object.freeze({
    name: "lineSearch",
    settings: { trials: count, shrink, longest },
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

/** The step at a length: su + cs²b with c 1, or 0 beyond the longest that may bend and where it is to be straight. */
function stepAt(step: ChainStep, s: Node, share: Node): ChainStep {
  if (step.bend === null) return mapDirections(step, (u) => mul(s, u));
  const { directions, longest } = step.bend;
  const bend = new Map(directions);
  // Where nothing bends `longest` is 0/0 or infinite, and so is no bound.
  const allowed = longest === null ? share : where(greater(s, longest), 0, share);
  const straight = mapDirections(step, (u) => mul(s, u));
  const moved = mapDirections(straight, (u, variable) => {
    const b = bend.get(variable);
    // Nothing of a b that is not finite.
    return b === undefined ? u : add(u, where(greater(allowed, 0), mul(mul(s, s), b), 0));
  });
  return { ...moved, bend: null, straight: straight.directions };
}

/** What is told of the search that took a step. */
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
