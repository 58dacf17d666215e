import type { AdamwSettings } from "./adamw.ts";
import { optimizerOf } from "./chain.ts";
import type { Optimizer } from "./core/optimizer.ts";
import { checkSchedule, constantSchedule } from "./core/schedule.ts";
import { checkFlag, checkKnown, checkSettings } from "./core/settings.ts";
import { momentNames, momentSettings, moments } from "./transforms/moments.ts";
import { scale } from "./transforms/scale.ts";
import { trustRatio } from "./transforms/trustRatio.ts";
import { weightDecay } from "./transforms/weightDecay.ts";

/**
 * Makes the optimizer LAMB, for large batches: θ ← θ − γ‖θ‖ u/‖u‖ for each parameter, with u = m̂/(√v̂ + ε) + λθ.
 *
 * Each parameter moves by a share of its own length (You et al. 2020, arXiv 1904.00962, algorithm 2).
 *
 * @param settings - The settings of {@link adamw}; ε is 1e-6 by default.
 * @returns The optimizer.
 * @throws {@link GraphError} if a setting is unknown or out of range.
 * @category Optimizers
 */
export function lamb(settings: AdamwSettings = {}): Optimizer {
  const names = ["learningRate", ...momentNames, "weightDecay", "decayBiases", "schedule"];
  checkKnown("lamb", settings, names);
  const { learningRate = 0.001, schedule = constantSchedule() } = settings;
  checkSchedule("lamb", schedule);
  const { weightDecay: lambda = 0.01, decayBiases = false, epsilon = 1e-6 } = settings;
  checkSettings("lamb", { learningRate }, { learningRate: [0, Number.MAX_VALUE] });
  checkFlag("lamb", "decayBiases", decayBiases);
  const own = momentSettings("lamb", { ...settings, epsilon });
  const record = {
    learningRate,
    ...own,
    weightDecay: lambda,
    decayBiases,
    schedule: schedule.name,
  };
  return optimizerOf("lamb", record, [
    moments(own),
    weightDecay(lambda, { biases: decayBiases }),
    trustRatio(),
    scale(learningRate, schedule),
  ]);
}
