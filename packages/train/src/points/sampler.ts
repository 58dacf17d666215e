import type { Node, RandomOptions } from "@metrigrad/graph";
import { GraphError } from "@metrigrad/tensor";

/** What a sampler draws with. */
export interface PointDraws extends Required<RandomOptions> {
  /**
   * |r| of the part of the problem that the points are for, at other points [m, d]: [m]. Null where the points are one
   * of several values of a part, or where the part has a law of its own.
   */
  readonly residual: ((points: Node) => Node) | null;
}

/** A way to choose points. It is a value: nothing is drawn before a program on a device runs the nodes that it makes. */
export interface PointSampler {
  /** Such as "uniform". */
  readonly name: string;
  /** n points of d coordinates. */
  readonly shape: readonly [n: number, d: number];
  /** Whether another draw gives other points. */
  readonly random: boolean;
  /** The points of one draw, [n, d]: a function of key and state. */
  draw(draws: PointDraws): Node;
}

/** Whether a value is a sampler. */
export function isSampler(value: unknown): value is PointSampler {
  return typeof value === "object" && value !== null && "draw" in value && "random" in value;
}

/** A sampler of n points. Throws GraphError for an n that is no count. */
export function samplerOf(
  name: string,
  [n, d]: readonly [number, number],
  random: boolean,
  draw: (draws: PointDraws) => Node,
): PointSampler {
  checkCount(name, n);
  return Object.freeze({ name, shape: Object.freeze([n, d] as const), random, draw });
}

/** Throws GraphError unless n is a number of points. */
export function checkCount(where: string, n: unknown): void {
  if (Number.isInteger(n) && (n as number) >= 1) return;
  throw new GraphError({
    where,
    must: "the number of points must be a positive integer",
    got: String(n),
    todo: "pass for example (900, { low: [0, 0], high: [1, 1] })",
  });
}
