import { engd, type Optimizer } from "@metrigrad/optim";
import type { Store } from "@metrigrad/tensor";

/** The energy natural gradient, whose solves are in float64 where the backend has it. */
export function defaultOptimizer({ backend }: Pick<Store, "backend">): Optimizer {
  return engd({ solvePrecision: backend.floats.includes("f64") ? "f64" : "store" });
}
