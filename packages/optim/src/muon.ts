import { add, mul, type Update } from "@metrigrad/graph";
import { optimizerOf } from "./chain.ts";
import type { Optimizer } from "./core/optimizer.ts";
import { checkSchedule, constantSchedule, type Schedule } from "./core/schedule.ts";
import { checkFlag, checkKnown, checkSettings } from "./core/settings.ts";
import { mapDirections } from "./core/step.ts";
import type { Transform } from "./core/transform.ts";
import { checkInteger } from "./quasiNewton/settings.ts";
import { orthogonal } from "./transforms/orthogonal.ts";
import { scale } from "./transforms/scale.ts";
import { weightDecay } from "./transforms/weightDecay.ts";

/**
 * Settings of {@link muon}.
 *
 * @category Optimizers
 */
export interface MuonSettings {
  /** The learning rate γ, in units of the spectral norm; 0.02 by default. */
  readonly learningRate?: number;
  /** The decay μ of the mean of gradients, in [0, 1]; 0.95 by default. */
  readonly momentum?: number;
  /** Whether the mean looks ahead: (1−μ)g + μm. True by default. */
  readonly nesterov?: boolean;
  /** The number of Newton–Schulz steps, a positive integer; 5 by default. */
  readonly steps?: number;
  /** The decay λ: in a step weights shrink by γλ of themselves. Biases do not. 0 by default. */
  readonly weightDecay?: number;
  /** A factor of γ over the run; constant by default. */
  readonly schedule?: Schedule;
}

/**
 * Makes the optimizer Muon, for matrices: a step is a running mean of gradients whose singular values are all brought
 * near 1.
 *
 * Newton–Schulz steps do that, and the result is multiplied by √max(1, out/in) (Jordan et al. 2024,
 * kellerjordan.github.io/posts/muon). A tensor with more axes counts as the matrix of its first axis and the others.
 * The bias of a dense layer is the last row of its weights [in + 1, out], and is part of the matrix.
 *
 * Give vectors to another optimizer: `groups({ "dense0/w": muon(), others: adamw() })`. The authors advise the same
 * for embeddings and the last layer.
 *
 * @param settings - Learning rate, momentum, Newton–Schulz steps, and schedule.
 * @returns The optimizer.
 * @throws {@link GraphError} if a setting is unknown or out of range. When a step is built: if a parameter is not a
 *   matrix.
 * @category Optimizers
 */
export function muon(settings: MuonSettings = {}): Optimizer {
  const names = [
    "learningRate",
    "momentum",
    "nesterov",
    "steps",
    "weightDecay",
    "schedule",
  ] as const;
  checkKnown("muon", settings, names);
  const { learningRate = 0.02, momentum = 0.95, nesterov = true, steps = 5 } = settings;
  const { weightDecay: lambda = 0, schedule = constantSchedule() } = settings;
  checkSchedule("muon", schedule);
  checkFlag("muon", "nesterov", nesterov);
  checkSettings(
    "muon",
    { learningRate, momentum },
    { learningRate: [0, Number.MAX_VALUE], momentum: [0, 1] },
  );
  checkInteger("muon", "steps", steps);
  const record = { learningRate, momentum, nesterov, steps, weightDecay: lambda };
  return optimizerOf("muon", { ...record, schedule: schedule.name }, [
    meanOf(momentum, nesterov),
    orthogonal("muon", steps),
    weightDecay(lambda),
    scale(learningRate, schedule),
  ]);
}

/** A transform that takes a running mean: m ← μm + (1−μ)u, and u becomes m, or (1−μ)u + μm if it looks ahead. */
function meanOf(mu: number, nesterov: boolean): Transform {
  return {
    name: "mean",
    settings: { momentum: mu, nesterov },
    transform: (step, { slot }) => {
      const updates: Update[] = [];
      const averaged = mapDirections(step, (u, variable) => {
        const kept = slot(variable, "mean");
        const next = add(mul(kept, mu), mul(u, 1 - mu));
        updates.push([kept, next]);
        return nesterov ? add(mul(u, 1 - mu), mul(next, mu)) : next;
      });
      return { ...averaged, updates: [...step.updates, ...updates] };
    },
  };
}
