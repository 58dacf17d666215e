import {
  add,
  constant,
  cos,
  div,
  exp,
  maximum,
  minimum,
  mul,
  type Node,
  sub,
} from "@metrigrad/graph";
import { GraphError } from "@metrigrad/tensor";
import { checkSettings } from "./settings.ts";

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
    got: String(schedule),
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
