import { add, argMax, mul, type Node, normal, oneHot, sub, uniform } from "@metrigrad/graph";
import { checkNames, GraphError } from "@metrigrad/tensor";

/**
 * How Markov chains propose their moves. A move and its reverse must have the same probability.
 *
 * @category Monte Carlo
 */
export interface Proposal {
  /** The name of the proposal, such as "spinFlips". */
  readonly name: string;
  /** Returns the number of moves of one sweep over d coordinates. */
  readonly moves: (d: number) => number;
  /**
   * The width of the moves at the beginning; null if the moves have none. It is adapted until half of the moves are
   * accepted.
   */
  readonly width: number | null;
  /**
   * Returns the proposed states.
   *
   * @param x - The states of the chains, [n, d].
   * @param width - The width of the moves, a scalar.
   * @param key - The key of the random draws.
   * @returns The proposed states, [n, d].
   */
  readonly propose: (x: Node, width: Node, key: string) => Node;
}

/**
 * Makes a proposal that flips one spin, ±1. The spin is drawn anew for each chain and each move, and a sweep has as
 * many moves as there are spins.
 *
 * @returns The proposal, for states [n, N] of N spins.
 * @nothrow
 * @category Monte Carlo
 */
export function spinFlips(): Proposal {
  return Object.freeze({
    name: "spinFlips",
    moves: (d) => d,
    width: null,
    propose: (x, _, key) => {
      const [, d = 0] = x.shape;
      const spin = argMax(uniform(x.shape, { key }), { axis: 1 });
      return mul(x, sub(1, mul(oneHot(spin, d), 2)));
    },
  } satisfies Proposal);
}

/**
 * Options of {@link gaussianMoves}.
 *
 * @category Monte Carlo
 */
export interface GaussianMoveOptions {
  /**
   * The standard deviation of the move of each coordinate at the beginning, in the unit of the coordinates; 0.5 by
   * default.
   */
  readonly width?: number;
}

/**
 * Makes a proposal that adds normal draws to all coordinates. Their width is adapted until half of the moves are
 * accepted.
 *
 * @param options - The width at the beginning.
 * @returns The proposal. A sweep is one move.
 * @throws {@link GraphError} if an option is unknown, or if the width is not a positive number.
 * @category Monte Carlo
 */
export function gaussianMoves(options: GaussianMoveOptions = {}): Proposal {
  checkNames("gaussianMoves", options, ["width"], GraphError);
  const { width = 0.5 } = options;
  if (!(width > 0 && Number.isFinite(width))) {
    throw new GraphError({
      where: "gaussianMoves",
      must: "width must be a positive number",
      got: String(width),
      todo: "pass a length over which ψ changes, such as 0.5",
    });
  }
  return Object.freeze({
    name: "gaussianMoves",
    moves: () => 1,
    width,
    propose: (x, scale, key) => add(x, mul(normal(x.shape, { key }), scale)),
  } satisfies Proposal);
}
