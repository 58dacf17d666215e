import type { Node, RandomOptions } from "@metrigrad/graph";
import { GraphError } from "@metrigrad/tensor";

/**
 * What a sampler of points gets for a draw: the key and the state of the random numbers, and the residual.
 *
 * @category Residuals and differential equations
 */
export interface PointDraws extends Required<RandomOptions> {
  /**
   * The function from other points [m, d] to |r|, [m], of the part that the points are for. It is null if the part
   * has several kinds of values in `at`, or a law of its own.
   */
  readonly residual: ((points: Node) => Node) | null;
}

/**
 * A way to choose points. It is a value: points are drawn only when a program on a device runs its nodes.
 *
 * @category Residuals and differential equations
 */
export interface PointSampler {
  /** The name of the sampler, such as "uniformPoints". */
  readonly name: string;
  /** The shape of the points, [n, d]: n points of d coordinates. */
  readonly shape: readonly [n: number, d: number];
  /** Whether another draw gives other points. */
  readonly random: boolean;
  /**
   * Returns the points of one draw. They are a function of key and state.
   *
   * @param draws - The key and the state of the random numbers, and the residual of the part.
   * @returns The points, [n, d].
   */
  draw(draws: PointDraws): Node;
}

/** Whether a value is a sampler. */
export function isSampler(value: unknown): value is PointSampler {
  return typeof value === "object" && value !== null && "draw" in value && "random" in value;
}

/** Returns a sampler of n points. Throws GraphError if n is not a positive integer. */
export function samplerOf(
  name: string,
  [n, d]: readonly [number, number],
  random: boolean,
  draw: (draws: PointDraws) => Node,
): PointSampler {
  checkCount(name, n);
  return Object.freeze({ name, shape: Object.freeze([n, d] as const), random, draw });
}

/** Throws GraphError if n is not a positive integer. */
export function checkCount(where: string, n: unknown): void {
  if (Number.isInteger(n) && (n as number) >= 1) return;
  throw new GraphError({
    where,
    must: "the number of points must be a positive integer",
    got: String(n),
    todo: "pass for example (900, { low: [0, 0], high: [1, 1] })",
  });
}
