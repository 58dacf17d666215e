import {
  concat,
  equal,
  type Node,
  slice,
  type Update,
  type Variable,
  where,
} from "@metrigrad/graph";
import { type Subsystem, type Widen, windowed } from "@metrigrad/metric";
import { slot } from "../core/slot.ts";

/**
 * Subsystems whose blocks are over the last k batches; what keeps the rows of k − 1 of them is added to
 * `updates`. In the first step the batch at hand stands in for those that were not yet seen. Throws MetricError for
 * a block that is not made of rows.
 */
export function windowMetric(
  subsystems: readonly Subsystem[],
  k: number,
  step: Node,
  updates: Update[],
): Subsystem[] {
  const widenFor =
    (variable: Variable): Widen =>
    (name, rows) => {
      const [n = 0, ...rest] = rows.shape;
      const kept = slot(variable, `window/${name}`, { shape: [(k - 1) * n, ...rest] });
      const copies = concat(new Array<Node>(k - 1).fill(rows), 0);
      const all = concat([where(equal(step, 0), copies, kept), rows], 0);
      updates.push([kept, slice(all, [[n, k * n]])]);
      return all;
    };
  return subsystems.map((one) => {
    const { block, params } = one;
    if (block === null) return one;
    return { ...one, block: windowed(block, widenFor(params[0] as Variable)) };
  });
}
