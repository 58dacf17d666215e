import { type DataSet, gatherRows, inputScaleOf, type Split } from "@metrigrad/data";
import { cast, gather, mul, type Node, type Variable, variable } from "@metrigrad/graph";
import { type Tensor, valueTypeOf } from "@metrigrad/tensor";

/** The splits of a data set. */
export type SplitName = "train" | "valid" | "test";

/** One split as variables of a store. */
export interface ResidentSplit {
  /** [rows, …features]. */
  readonly inputs: Variable;
  /** [rows] or [rows, …outputs]. */
  readonly targets: Variable;
  readonly rows: number;
  /** What inputs are multiplied by as rows are gathered. */
  readonly inputScale: number;
}

let sets = 0;
const numbers = new WeakMap<DataSet, number>();

/** A split of a data set as variables, named so that different sets never share one. */
export function residentSplit(data: DataSet, name: SplitName): ResidentSplit {
  const number = numbers.get(data) ?? sets++;
  numbers.set(data, number);
  const { train } = data;
  const none = { inputs: gatherRows(train.inputs, []), targets: gatherRows(train.targets, []) };
  const split: Split = data[name] ?? none;
  const hold = (part: "inputs" | "targets"): Variable =>
    dataVariable(`data/${data.name}${number}/${name}/${part}`, split[part]);
  return {
    inputs: hold("inputs"),
    targets: hold("targets"),
    rows: split.inputs.shape[0] ?? 0,
    inputScale: inputScaleOf(data),
  };
}

function dataVariable(name: string, value: Tensor): Variable {
  const { shape, dtype } = value;
  return variable(name, shape, {
    type: valueTypeOf(dtype),
    role: "data",
    init: () => value.data(),
  });
}

/** Chosen rows of a split: x as floats times the scale (integers stay where it is 1), and their targets. */
export function batchNodes(
  split: ResidentSplit,
  rows: Node,
): { readonly x: Node; readonly y: Node } {
  const taken = gather(split.inputs, rows);
  const whole = split.inputScale === 1 && taken.type !== "bool";
  const x = whole ? taken : mul(cast(taken, "float"), split.inputScale);
  return { x, y: gather(split.targets, rows) };
}
