import { engd, type Optimizer } from "@metrigrad/optim";
import type { Store } from "@metrigrad/tensor";

/** Returns the energy natural gradient. It solves in float64 if the backend has it. */
export function defaultOptimizer({ backend }: Pick<Store, "backend">): Optimizer {
  return engd({ solvePrecision: backend.floats.includes("f64") ? "f64" : "store" });
}
