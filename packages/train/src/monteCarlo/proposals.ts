import { add, argMax, mul, type Node, normal, oneHot, sub, uniform } from "@metrigrad/graph";
import { GraphError } from "@metrigrad/tensor";

/** How chains propose their moves; the chance of a move must be that of its reverse. */
export interface Proposal {
  readonly name: string;
  /** Moves of one sweep over d coordinates. */
  readonly moves: (d: number) => number;
  /** The width at the beginning; null where moves have none. It goes to where half of the moves are accepted. */
  readonly width: number | null;
  /**
   * The proposed states.
   *
   * @param x - The chains, [n, d].
   * @param width - A scalar.
   * @param key - Of random draws.
   * @returns [n, d].
   */
  readonly propose: (x: Node, width: Node, key: string) => Node;
}

/**
 * Turns one spin over, ±1, which is drawn anew for each chain and move; a sweep is as many moves as there are spins.
 *
 * @returns A proposal.
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

/** Options of `gaussianMoves`. */
export interface GaussianMoveOptions {
  /** The standard deviation of each coordinate's move at the beginning; 0.5 by default. */
  readonly width?: number;
}

/**
 * Moves all coordinates by normal draws, whose width is adapted to an acceptance of one half.
 *
 * @param options - The width at the beginning.
 * @returns A proposal; a sweep is one move.
 * @throws GraphError for a width that is not positive.
 */
export function gaussianMoves({ width = 0.5 }: GaussianMoveOptions = {}): Proposal {
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
