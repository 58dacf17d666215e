import {
  add,
  constant,
  cos,
  div,
  exp,
  less,
  maximum,
  minimum,
  mul,
  type Node,
  sub,
  where,
} from "@metrigrad/graph";
import { GraphError } from "@metrigrad/tensor";
import { checkKnown, checkSettings } from "./settings.ts";

/** A factor of the learning rate as a function of the run's progress in [0, 1). */
export interface Schedule {
  readonly name: string;
  /** progress (float scalar) ↦ factor (float scalar). */
  readonly factor: (progress: Node) => Node;
  /** Whether it stays at 0 in a run without an end, whose progress stays 0. */
  readonly needsEnd?: boolean;
}

/** Throws GraphError for what is no schedule. */
export function checkSchedule(where: string, schedule: Schedule): void {
  if (typeof schedule?.factor === "function") return;
  throw new GraphError({
    where,
    must: "schedule must be a schedule",
    got: typeof schedule === "function" ? "a function" : String(schedule),
    todo: "call one: { schedule: cosineSchedule() }",
  });
}

/** The same factor throughout. */
export function constantSchedule(): Schedule {
  return { name: "constant", factor: () => constant(1) };
}

/** From 1 down to `end` on a straight line; 0 by default. */
export function linearSchedule(end = 0): Schedule {
  return { name: `linear(${end})`, factor: (progress) => sub(1, mul(progress, 1 - end)) };
}

/** From 1 down to `end` along half a cosine (Loshchilov and Hutter 2017, eq. 5); 0 by default. */
export function cosineSchedule(end = 0): Schedule {
  const half = (1 - end) / 2;
  return {
    name: `cosine(${end})`,
    factor: (progress) => add(mul(cos(mul(progress, Math.PI)), half), end + half),
  };
}

/**
 * From 1 down to `end` by equal factors: end^progress; 0.05 by default. Throws GraphError for an end
 * that is not positive, which equal factors never reach.
 */
export function exponentialSchedule(end = 0.05): Schedule {
  checkSettings("exponentialSchedule", { end }, { end: [Number.MIN_VALUE, Number.MAX_VALUE] });
  return { name: `exponential(${end})`, factor: (progress) => exp(mul(progress, Math.log(end))) };
}

/**
 * From 0 up to 1 on a straight line over the first share of a run, then another schedule over the rest. It needs a run
 * of known length.
 * @param share of the run, within (0, 1)
 * @param then what follows; constant by default
 * @returns a schedule
 * @throws GraphError for a share out of range
 */
export function warmup(share: number, then: Schedule = constantSchedule()): Schedule {
  checkSettings("warmup", { share }, { share: [Number.MIN_VALUE, 1 - Number.EPSILON] });
  checkSchedule("warmup", then);
  return {
    name: `warmup(${share}, ${then.name})`,
    needsEnd: true,
    factor: (progress) => {
      const rest = maximum(div(sub(progress, share), 1 - share), 0);
      return mul(minimum(div(progress, share), 1), then.factor(rest));
    },
  };
}

/** Options of the one-cycle schedule. */
export interface OneCycleOptions {
  /** The share of the run in which it rises; 0.3 by default. */
  readonly rise?: number;
  /** The factor at the start; 1/25 by default. */
  readonly start?: number;
  /** The factor at the end; 4e-6 by default. */
  readonly end?: number;
}

/**
 * Up from `start` to 1 along half a cosine, and down to `end` along another one (Smith and Topin 2018, arXiv 1708.07120; half cosines and
 * numbers as in PyTorch's `OneCycleLR`).
 * @param options - What is not given has its default.
 * @returns a schedule
 * @throws GraphError for options out of range
 */
export function oneCycleSchedule(options: OneCycleOptions = {}): Schedule {
  checkKnown("oneCycleSchedule", options, ["rise", "start", "end"]);
  const { rise = 0.3, start = 1 / 25, end = 4e-6 } = options;
  const any: [number, number] = [0, Number.MAX_VALUE];
  checkSettings(
    "oneCycleSchedule",
    { rise, start, end },
    { rise: [Number.MIN_VALUE, 1 - Number.EPSILON], start: any, end: any },
  );
  /** From one number at share 0 to another at share 1. */
  const between = (from: number, to: number, share: Node) =>
    add(to, mul((from - to) / 2, add(1, cos(mul(share, Math.PI)))));
  return {
    name: `oneCycle(${rise}, ${start}, ${end})`,
    needsEnd: true,
    factor: (progress) => {
      const up = between(start, 1, div(progress, rise));
      const down = between(1, end, div(sub(progress, rise), 1 - rise));
      return where(less(progress, rise), up, down);
    },
  };
}

/**
 * Factors of γ that change at given shares of a run: `{ 0.5: 0.1, 0.75: 0.01 }` is 1 for half of the run, then 0.1, and 0.01 for the last quarter.
 * @param factors - The factor from each share of the run on.
 * @returns a schedule
 * @throws GraphError for shares out of [0, 1] and for factors that are negative or not finite
 */
export function piecewiseSchedule(factors: Readonly<Record<number, number>>): Schedule {
  if (typeof factors !== "object" || factors === null || Array.isArray(factors)) {
    throw noFactors(Array.isArray(factors) ? "a list" : typeof factors);
  }
  const steps = Object.entries(factors).map(([share, factor]) => [Number(share), factor] as const);
  for (const [share, factor] of steps) {
    const fine = share >= 0 && share <= 1 && factor >= 0 && Number.isFinite(factor);
    if (!fine) throw noFactors(`${factor} from ${share} on`);
  }
  if (steps.length === 0) throw noFactors("none");
  const sorted = [...steps].sort(([a], [b]) => a - b);
  const text = sorted.map(([share, factor]) => `${share}: ${factor}`).join(", ");
  return {
    name: `piecewise(${text})`,
    factor: (progress) =>
      sorted.reduce<Node>(
        (before, [share, factor]) => where(less(progress, share), before, factor),
        constant(1),
      ),
  };
}

function noFactors(got: string): GraphError {
  return new GraphError({
    where: "piecewiseSchedule",
    must: "factors must be numbers ≥ 0 by the share of the run from which they hold, from 0 to 1",
    got,
    todo: "pass for example { 0.5: 0.1, 0.75: 0.01 }",
  });
}
