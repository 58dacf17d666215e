import { add, div, equal, mul, round, sub, where } from "@metrigrad/graph";
import type { Optimizer } from "../core/optimizer.ts";
import { checkKnown, checkSettings } from "../core/settings.ts";
import { checkInteger } from "../quasiNewton/settings.ts";
import { averaging } from "./averaging.ts";

/**
 * Settings of {@link lookahead}.
 *
 * @category Optimizers: combining
 */
export interface LookaheadSettings {
  /** The number k of steps of the optimizer for one step of the slow weights, a positive integer; 5 by default. */
  readonly every?: number;
  /** The share α of the way that the slow weights go, in [0, 1]; 0.5 by default. */
  readonly share?: number;
}

/**
 * Makes an optimizer with slow weights φ, which follow the points θ of another optimizer.
 *
 * After every k steps the slow weights go a share of the way, φ ← φ + α(θ − φ), and the other optimizer goes on from
 * there (Zhang et al. 2019, arXiv 1907.08610, algorithm 1). Its state, such as moments, stays as it is. The
 * parameters on the store are the slow weights; the fast ones are the optimizer's state.
 *
 * @param optimizer - An optimizer that does not average itself. It cannot be `lbfgs` or `ssbroyden`, whose state
 *   belongs to their own points.
 * @param settings - How often and how far the slow weights move.
 * @returns The optimizer.
 * @throws {@link GraphError} if a setting is unknown or out of range, or if the first argument is not an optimizer,
 *   averages itself, or is a quasi-Newton method.
 * @category Optimizers: combining
 */
export function lookahead(optimizer: Optimizer, settings: LookaheadSettings = {}): Optimizer {
  checkKnown("lookahead", settings, ["every", "share"]);
  const { every = 5, share = 0.5 } = settings;
  checkInteger("lookahead", "every", every);
  checkSettings("lookahead", { share }, { share: [0, 1] });
  return averaging({
    ...{ name: "lookahead", optimizer, settings: { every, share }, movesPoints: true },
    rule: ({ after, average: slow, count }) => {
      const due = equal(mul(round(div(count, every)), every), count);
      const average = where(due, add(slow, mul(share, sub(after, slow))), slow);
      return { average, next: where(due, average, after) };
    },
  });
}
