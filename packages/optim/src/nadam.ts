import type { AdamSettings } from "./adam.ts";
import { optimizerOf } from "./chain.ts";
import type { Optimizer } from "./core/optimizer.ts";
import { checkSchedule, constantSchedule } from "./core/schedule.ts";
import { checkKnown, checkSettings } from "./core/settings.ts";
import { momentNames, momentSettings } from "./transforms/moments.ts";
import { nesterovMoments } from "./transforms/nesterovMoments.ts";
import { scale } from "./transforms/scale.ts";

/**
 * Settings of {@link nadam}; the learning rate is 0.002 by default.
 *
 * @category Optimizers
 */
export interface NadamSettings extends AdamSettings {
  /** The rate ψ at which the share of the mean grows: in step t it is β₁(1 − ½·0.96^{ψt}); 0.004 by default. */
  readonly momentumDecay?: number;
}

/**
 * Makes the optimizer NAdam: ADAM with a mean that looks one step ahead, as Nesterov's momentum does.
 *
 * It is algorithm 8 of Dozat (2016), with the default numbers of PyTorch's `NAdam`.
 *
 * @param settings - Learning rate, decays of the moments, and schedule.
 * @returns The optimizer.
 * @throws {@link GraphError} if a setting is unknown or out of range.
 * @category Optimizers
 */
export function nadam(settings: NadamSettings = {}): Optimizer {
  checkKnown("nadam", settings, ["learningRate", ...momentNames, "momentumDecay", "schedule"]);
  const { learningRate = 0.002, momentumDecay = 0.004, schedule = constantSchedule() } = settings;
  checkSchedule("nadam", schedule);
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
