import { inDouble, type Node } from "@metrigrad/graph";
import type { DampedSolve } from "@metrigrad/metric";

/** The floats in which a metric is made and solved: those of the store, or of 64 bits. */
export type SolvePrecision = "store" | "f64";

/** A value of a metric in the given floats; what is not of the metric stays as it is. */
export function inPrecision(precision: SolvePrecision, value: Node): Node {
  if (precision === "store") return value;
  return inDouble([value], ({ role }) => role === "metric")[0] as Node;
}

/** A solve in the given floats; vectors come and go in those of the store. */
export function solveIn(precision: SolvePrecision, solve: DampedSolve): DampedSolve {
  const own = (value: Node) => inPrecision(precision, value);
  return {
    solve: (v) => own(solve.solve(v)),
    apply: (v) => own(solve.apply(v)),
    damped: (v) => own(solve.damped(v)),
    lambda: () => own(solve.lambda()),
    residual: (v, x) => own(solve.residual(v, x)),
  };
}
