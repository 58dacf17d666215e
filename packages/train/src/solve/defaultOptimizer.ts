import { engd, metricCurvature, type Optimizer } from "@metrigrad/optim";
import type { Store } from "@metrigrad/tensor";

/**
 * The energy natural gradient with Levenberg–Marquardt damping: full steps of J'J + λI, where λ follows how well the linearised
 * residuals predict the loss, and a step that raises it is undone. It begins damped enough for the initial values of a small network
 * too, where a line search along nearly undamped steps finds no way. The solve is in float64 where the backend has it.
 */
export function defaultOptimizer({ backend }: Pick<Store, "backend">): Optimizer {
  return engd({
    relative: 1e-3,
    absolute: 0,
    adapt: { every: 1, omega: 0.7, curvature: metricCurvature, least: 1e-12, most: 1e6 },
    lineSearch: null,
    solvePrecision: backend.floats.includes("f64") ? "f64" : "store",
  });
}
