import type { AdamSettings } from "./adam.ts";
import { optimizerOf } from "./chain.ts";
import type { Optimizer } from "./core/optimizer.ts";
import { checkSchedule, constantSchedule } from "./core/schedule.ts";
import { checkKnown, checkSettings } from "./core/settings.ts";
import { momentNames, momentSettings } from "./transforms/moments.ts";
import { rectifiedMoments } from "./transforms/rectifiedMoments.ts";
import { scale } from "./transforms/scale.ts";

/**
 * Makes the optimizer RAdam: ADAM that begins as momentum, and later divides by the root of the second moment.
 *
 * The division begins once the second moment is an average over enough steps (ρₜ > 5; Liu et al. 2020, arXiv
 * 1908.03265, algorithm 2, as in PyTorch's `RAdam`).
 *
 * @param settings - The settings of {@link adam}. β₂ must be at least 0.67: at ⅔ or below the second moment would
 *   never be used.
 * @returns The optimizer.
 * @throws {@link GraphError} if a setting is unknown or out of range.
 * @category Optimizers
 */
export function radam(settings: AdamSettings = {}): Optimizer {
  checkKnown("radam", settings, ["learningRate", ...momentNames, "schedule"]);
  const { learningRate = 0.001, schedule = constantSchedule() } = settings;
  checkSchedule("radam", schedule);
  const own = momentSettings("radam", settings);
  checkSettings(
    "radam",
    { learningRate, beta2: own.beta2 },
    // The length of the average, 2/(1 − β₂) − 1, is at most 5 for β₂ up to ⅔.
    { learningRate: [0, Number.MAX_VALUE], beta2: [0.67, 1] },
  );
  return optimizerOf("radam", { learningRate, ...own, schedule: schedule.name }, [
    rectifiedMoments(own),
    scale(learningRate, schedule),
  ]);
}
