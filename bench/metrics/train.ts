import {
  type Backend,
  categorical,
  type DataSet,
  dense,
  fit,
  type Run,
  relu,
  sequential,
} from "metrigrad";
import { paperWidths } from "../network.ts";
import type { Method, Tuned } from "./methods.ts";

/** What all methods share. */
export interface Setting {
  readonly data: DataSet;
  readonly backend: Backend;
  readonly epochs: number;
  readonly seed: number;
}

/** A run of a method on the paper's network without batch normalisation; batch 50, L2 of 10⁻³. */
export function begin(method: Method, setting: Setting, tuned: Tuned = method.tuned): Run {
  const last = paperWidths.length - 2;
  const layers = paperWidths.slice(1).map((outputs, at) => {
    const inputs = paperWidths[at] as number;
    return dense(inputs, outputs, at < last ? { activation: relu } : {});
  });
  return fit(sequential(...layers), {
    ...setting,
    likelihood: categorical(),
    optimizer: method.make(tuned),
    batchSize: 50,
    l2: 1e-3,
  });
}
