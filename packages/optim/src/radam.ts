import type { AdamSettings } from "./adam.ts";
import { optimizerOf } from "./chain.ts";
import type { Optimizer } from "./core/optimizer.ts";
import { constantSchedule } from "./core/schedule.ts";
import { checkKnown, checkSettings } from "./core/settings.ts";
import { momentNames, momentSettings } from "./transforms/moments.ts";
import { rectifiedMoments } from "./transforms/rectifiedMoments.ts";
import { scale } from "./transforms/scale.ts";

/**
 * RAdam: ADAM that begins as momentum, and divides by the root of squares once enough of them are known (Liu et al. 2020, arXiv 1908.03265,
 * algorithm 2; from ρ_t > 5 on, as PyTorch's `RAdam`).
 * @param settings - As those of ADAM; β₂ must be above ⅔, below which the second moment would never be used.
 * @returns an optimizer
 * @throws GraphError for settings out of range
 */
export function radam(settings: AdamSettings = {}): Optimizer {
  checkKnown("radam", settings, ["learningRate", ...momentNames, "schedule"]);
  const { learningRate = 0.001, schedule = constantSchedule() } = settings;
  const own = momentSettings("radam", settings);
  checkSettings(
    "radam",
    { learningRate, beta2: own.beta2 },
    // 2/(1 − β₂) − 1 is at most 5 up to ⅔.
    { learningRate: [0, Number.MAX_VALUE], beta2: [0.67, 1] },
  );
  return optimizerOf("radam", { learningRate, ...own, schedule: schedule.name }, [
    rectifiedMoments(own),
    scale(learningRate, schedule),
  ]);
}
