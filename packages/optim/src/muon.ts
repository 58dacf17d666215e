import { add, mul, type Update } from "@metrigrad/graph";
import { optimizerOf } from "./chain.ts";
import type { Optimizer } from "./core/optimizer.ts";
import { constantSchedule, type Schedule } from "./core/schedule.ts";
import { checkKnown, checkSettings } from "./core/settings.ts";
import { mapDirections } from "./core/step.ts";
import type { Transform } from "./core/transform.ts";
import { checkInteger } from "./quasiNewton/settings.ts";
import { orthogonal } from "./transforms/orthogonal.ts";
import { scale } from "./transforms/scale.ts";
import { weightDecay } from "./transforms/weightDecay.ts";

/** Settings of Muon. */
export interface MuonSettings {
  /** γ, in units of the spectral norm; 0.02 by default. */
  readonly learningRate?: number;
  /** μ of the mean of gradients; 0.95 by default. */
  readonly momentum?: number;
  /** Whether the mean looks ahead: (1−μ)g + μm; true by default. */
  readonly nesterov?: boolean;
  /** Newton–Schulz steps; 5 by default. */
  readonly steps?: number;
  /** λ: weights decay by γλ of themselves in a step, biases do not; 0 by default. */
  readonly weightDecay?: number;
  /** Of γ; constant by default. */
  readonly schedule?: Schedule;
}

/**
 * Muon: the mean of gradients of a matrix, its singular values all brought near 1 by five Newton–Schulz steps, times
 * √max(1, out/in) (Jordan et al. 2024, kellerjordan.github.io/posts/muon). It takes matrices alone; vectors, and by its
 * authors' advice embeddings and the last layer, belong to another optimizer:
 * `groups({ "dense0/w": muon(), others: adamw() })`. The bias of a dense layer is the last row of its weights [in + 1, out],
 * and turns with them. Tensors of more axes count as matrices of the first axis and the rest.
 * @param settings - What is not given has its default.
 * @returns an optimizer
 * @throws GraphError for settings out of range; while a step is built for a parameter that is no matrix
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

/** m ← μm + (1−μ)u, u ← m, or (1−μ)u + μm where it looks ahead. */
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
