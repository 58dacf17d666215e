import { add, div, equal, mul, round, sub, where } from "@metrigrad/graph";
import type { Optimizer } from "../core/optimizer.ts";
import { checkKnown, checkSettings } from "../core/settings.ts";
import { checkInteger } from "../quasiNewton/settings.ts";
import { averaging } from "./averaging.ts";

/** Settings of lookahead. */
export interface LookaheadSettings {
  /** k, steps of the optimizer to one of the slow weights; 5 by default. */
  readonly every?: number;
  /** α, how far the slow weights go; 0.5 by default. */
  readonly share?: number;
}

/**
 * Lookahead: after every k steps of an optimizer slow weights go a share of the way to where it came, φ ← φ + α(θ − φ), and it goes on
 * from there (Zhang et al. 2019, arXiv 1907.08610, algorithm 1). Its own state, such as moments, goes on as it is. The parameters on the store
 * are the slow weights; the fast ones are the optimizer's state.
 * @param optimizer - Any optimizer that does not average itself; not `lbfgs` and `ssbroyden`, whose state belongs to their own points.
 * @param settings - `every` and `share`.
 * @returns an optimizer
 * @throws GraphError for settings out of range, and for what is no optimizer or averages itself
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
