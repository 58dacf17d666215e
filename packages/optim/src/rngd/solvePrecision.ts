import {
  add,
  double,
  inDouble,
  type Node,
  single,
  sub,
  type Update,
  withMetricScope,
} from "@metrigrad/graph";
import type { DampedSolve, Hold, SolvePrecision } from "@metrigrad/metric";
import { type FloatType, sizeOf } from "@metrigrad/tensor";

const ofMetric = ({ role }: Node) => role === "metric";

/** Returns the floats of a metric that is solved on a store. */
export function floatOf(precision: SolvePrecision, store: FloatType): FloatType {
  return precision === "store" ? store : precision;
}

/** Returns a value of a metric in the given floats. Nodes that do not belong to the metric stay as they are. */
export function inPrecision(precision: SolvePrecision, value: Node): Node {
  return precision === "store" ? value : (inDouble([value], ofMetric)[0] as Node);
}

/**
 * Returns the solve of the metric of the module at `path` in the given floats.
 *
 * Vectors come and go in the floats of the store. What is asked for later, as by a report, belongs to the metric too.
 */
export function solveIn(precision: SolvePrecision, path: string, solve: DampedSolve): DampedSolve {
  const own = (make: () => Node) => inPrecision(precision, withMetricScope(path, make));
  return {
    solve: (v) => own(() => solve.solve(v)),
    apply: (v) => own(() => solve.apply(v)),
    damped: (v) => own(() => solve.damped(v)),
    lambda: () => own(() => solve.lambda()),
    residual: (v, x) => own(() => solve.residual(v, x)),
  };
}

/**
 * Returns Holds in the given floats, which share what they hold.
 *
 * A slot has the store's floats. The rest of a value of 64 bits is held in a second slot, so that a held inverse
 * keeps 48 bits.
 */
export function holdsWith(
  precision: SolvePrecision,
  holds: (updates: Update[]) => Hold,
): (updates: Update[]) => Hold {
  if (precision === "store") return holds;
  const known = new Map<string, Node>();
  return (updates) => doubled(holds(updates), known);
}

/** Returns a Hold with two slots for each value; `known` has the values by name. */
function doubled(hold: Hold, known: Map<string, Node>): Hold {
  return (name, first, next) => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const { shape, value: given } = first;
    if (given !== undefined && [...known.values()].includes(given)) return given;
    const whole = (high: Node, low: Node) => add(double(high), double(low));
    let high: Node | null = null;
    const zeros = { shape, init: () => new Float32Array(sizeOf(shape)) };
    const upper = { shape, init: first.init };
    const low = hold(`${name}/low`, zeros, (lowBefore) => {
      let rest: Node = lowBefore;
      high = hold(name, upper, (highBefore) => {
        const after = next(whole(highBefore, lowBefore));
        const [value] = inDouble([after], ofMetric, { rounded: false }) as [Node];
        rest = single(sub(value, double(single(value))));
        return single(value);
      });
      return rest;
    });
    const value = whole(high ?? hold(name, upper, (before) => before), low);
    known.set(name, value);
    return value;
  };
}
