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

/**
 * A factor of the learning rate, as a function of the progress of the run.
 *
 * @category Optimizers: schedules
 */
export interface Schedule {
  /** The name with its settings, for records, such as `"cosine(0)"`. */
  readonly name: string;
  /** Returns the factor, a float scalar, for a progress in [0, 1), a float scalar. */
  readonly factor: (progress: Node) => Node;
  /**
   * Whether the schedule needs a run of known length; false by default. Without a known length the progress stays 0,
   * and such a schedule would stay near 0.
   */
  readonly needsEnd?: boolean;
}

/** Throws GraphError if the value is not a schedule. */
export function checkSchedule(where: string, schedule: Schedule): void {
  if (typeof schedule?.factor === "function") return;
  throw new GraphError({
    where,
    must: "schedule must be a schedule",
    got: typeof schedule === "function" ? "a function" : String(schedule),
    todo: "call one: { schedule: cosineSchedule() }",
  });
}

/**
 * Makes a schedule whose factor is always 1.
 *
 * @returns The schedule.
 * @nothrow
 * @category Optimizers: schedules
 */
export function constantSchedule(): Schedule {
  return { name: "constant", factor: () => constant(1) };
}

/**
 * Makes a schedule that falls from 1 to `end` on a straight line.
 *
 * @param end - The factor at the end of the run; 0 by default.
 * @returns The schedule.
 * @nothrow
 * @category Optimizers: schedules
 */
export function linearSchedule(end = 0): Schedule {
  return { name: `linear(${end})`, factor: (progress) => sub(1, mul(progress, 1 - end)) };
}

/**
 * Makes a schedule that falls from 1 to `end` along half a cosine (Loshchilov and Hutter 2017, equation 5).
 *
 * @param end - The factor at the end of the run; 0 by default.
 * @returns The schedule.
 * @nothrow
 * @category Optimizers: schedules
 */
export function cosineSchedule(end = 0): Schedule {
  const half = (1 - end) / 2;
  return {
    name: `cosine(${end})`,
    factor: (progress) => add(mul(cos(mul(progress, Math.PI)), half), end + half),
  };
}

/**
 * Makes a schedule that falls from 1 to `end` by equal factors: the factor is end^progress.
 *
 * @param end - The factor at the end of the run, above 0; 0.05 by default.
 * @returns The schedule.
 * @throws {@link GraphError} if `end` is not a finite number above 0.
 * @category Optimizers: schedules
 */
export function exponentialSchedule(end = 0.05): Schedule {
  checkSettings("exponentialSchedule", { end }, { end: [Number.MIN_VALUE, Number.MAX_VALUE] });
  return { name: `exponential(${end})`, factor: (progress) => exp(mul(progress, Math.log(end))) };
}

/**
 * Makes a schedule that rises from 0 to 1 on a straight line over the first share of a run, and then follows another
 * schedule.
 *
 * The other schedule sees the rest of the run as its whole progress. The run must have a known length: pass `steps`
 * to `trainingStep`.
 *
 * {@includeCode ../../../../examples/api/optim/warmup.ts#example}
 *
 * @param share - The share of the run in which it rises, in (0, 1).
 * @param then - The schedule for the rest of the run; {@link constantSchedule} by default.
 * @returns The schedule.
 * @throws {@link GraphError} if the share is not in (0, 1), or if `then` is not a schedule.
 * @category Optimizers: schedules
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

/**
 * Options of {@link oneCycleSchedule}.
 *
 * @category Optimizers: schedules
 */
export interface OneCycleOptions {
  /** The share of the run in which the factor rises, in (0, 1); 0.3 by default. */
  readonly rise?: number;
  /** The factor at the start of the run; 1/25 by default. */
  readonly start?: number;
  /** The factor at the end of the run; 4e-6 by default. */
  readonly end?: number;
}

/**
 * Makes a schedule that rises from `start` to 1 along half a cosine, and then falls to `end` along another one.
 *
 * The shape is that of Smith and Topin (2018, arXiv 1708.07120). Half cosines and default numbers are those of
 * PyTorch's `OneCycleLR`. The run must have a known length: pass `steps` to `trainingStep`.
 *
 * {@includeCode ../../../../examples/api/optim/oneCycleSchedule.ts#example}
 *
 * @param options - Where it rises, and the factors at both ends.
 * @returns The schedule.
 * @throws {@link GraphError} if an option is unknown or out of range.
 * @category Optimizers: schedules
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
  /** Returns a value that goes from one number, at share 0, to another, at share 1, along half a cosine. */
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
 * Makes a schedule whose factor changes at given shares of the run.
 *
 * For example, `{ 0.5: 0.1, 0.75: 0.01 }` gives 1 for the first half of the run, then 0.1, and 0.01 for the last
 * quarter.
 *
 * @param factors - The factor, 0 or more, from each share of the run on. Shares are in [0, 1].
 * @returns The schedule.
 * @throws {@link GraphError} if `factors` is not a record with at least one entry. Also if a share is not in [0, 1],
 *   or if a factor is negative or not finite.
 * @category Optimizers: schedules
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
