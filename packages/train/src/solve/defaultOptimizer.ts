import { observedMetrics } from "@metrigrad/metric";
import { constantSchedule, metricCurvature, type Optimizer, rngd } from "@metrigrad/optim";
import type { Store } from "@metrigrad/tensor";

/**
 * The energy natural gradient with Levenberg–Marquardt damping: full steps of J'J + λI, where λ follows how well the linearised
 * residuals predict the loss, and a step that raises it is undone. The solve is in float64 where the backend has it.
 */
export function defaultOptimizer({ backend }: Pick<Store, "backend">): Optimizer {
  return rngd({
    metrics: observedMetrics(),
    relative: 1e-3,
    absolute: 0,
    learningRate: 1,
    schedule: constantSchedule(),
    momentum: 0,
    adapt: { every: 1, omega: 0.7, curvature: metricCurvature, least: 1e-12, most: 1e6 },
    reject: 0,
    solvePrecision: backend.floats.includes("f64") ? "f64" : "store",
  });
}
