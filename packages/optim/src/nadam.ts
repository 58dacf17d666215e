import type { AdamSettings } from "./adam.ts";
import { optimizerOf } from "./chain.ts";
import type { Optimizer } from "./core/optimizer.ts";
import { constantSchedule } from "./core/schedule.ts";
import { checkKnown, checkSettings } from "./core/settings.ts";
import { momentNames, momentSettings } from "./transforms/moments.ts";
import { nesterovMoments } from "./transforms/nesterovMoments.ts";
import { scale } from "./transforms/scale.ts";

/** Settings of NAdam. */
export interface NadamSettings extends AdamSettings {
  /** ψ: the mean's share of step t is β₁(1 − ½·0.96^{ψt}); 0.004 by default. */
  readonly momentumDecay?: number;
}

/**
 * NAdam: ADAM whose mean looks ahead, as Nesterov's does (Dozat 2016, algorithm 8; numbers as in PyTorch's `NAdam`).
 * @param settings - What is not given has its default; γ is 0.002.
 * @returns an optimizer
 * @throws GraphError for settings out of range
 */
export function nadam(settings: NadamSettings = {}): Optimizer {
  checkKnown("nadam", settings, ["learningRate", ...momentNames, "momentumDecay", "schedule"]);
  const { learningRate = 0.002, momentumDecay = 0.004, schedule = constantSchedule() } = settings;
  const any: [number, number] = [0, Number.MAX_VALUE];
  checkSettings(
    "nadam",
    { learningRate, momentumDecay },
    { learningRate: any, momentumDecay: any },
  );
  const own = { ...momentSettings("nadam", settings), momentumDecay };
  return optimizerOf("nadam", { learningRate, ...own, schedule: schedule.name }, [
    nesterovMoments(own),
    scale(learningRate, schedule),
  ]);
}
