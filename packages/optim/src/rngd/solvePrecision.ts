import { add, double, inDouble, type Node, single, sub } from "@metrigrad/graph";
import type { DampedSolve, Hold, SolvePrecision } from "@metrigrad/metric";
import { type FloatType, sizeOf } from "@metrigrad/tensor";

const ofMetric = ({ role }: Node) => role === "metric";

/** The floats of a metric that is solved on a store. */
export function floatOf(precision: SolvePrecision, store: FloatType): FloatType {
  return precision === "store" ? store : precision;
}

/** A value of a metric in the given floats; what is not of the metric stays as it is. */
export function inPrecision(precision: SolvePrecision, value: Node): Node {
  return precision === "store" ? value : (inDouble([value], ofMetric)[0] as Node);
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

/**
 * A Hold in the given floats. Slots have the store's; what these leave of a value of 64 bits is held beside it, so that a held
 * inverse keeps 48 bits.
 */
export function holdWith(precision: SolvePrecision, hold: Hold): Hold {
  if (precision === "store") return hold;
  const known = new Map<string, Node>();
  return (name, first, next) => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const whole = (high: Node, low: Node) => add(double(high), double(low));
    let high: Node | null = null;
    const zeros = { shape: first.shape, init: () => new Float32Array(sizeOf(first.shape)) };
    const low = hold(`${name}/low`, zeros, (lowBefore) => {
      let rest: Node = lowBefore;
      high = hold(name, first, (highBefore) => {
        const after = next(whole(highBefore, lowBefore));
        const [value] = inDouble([after], ofMetric, { rounded: false }) as [Node];
        rest = single(sub(value, double(single(value))));
        return single(value);
      });
      return rest;
    });
    const value = whole(high ?? hold(name, first, (before) => before), low);
    known.set(name, value);
    return value;
  };
}
