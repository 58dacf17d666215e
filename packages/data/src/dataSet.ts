import {
  checkNames,
  DataError,
  isTensor,
  namedLeaves,
  type Tensor,
  type Tree,
} from "@metrigrad/tensor";
import {
  type AnySplit,
  type Classes,
  checkLike,
  readSplit,
  rowsOf,
  type Split,
  type SplitParts,
  type TargetsOf,
  type TensorsOf,
} from "./split.ts";

/**
 * How stored inputs and targets are read. A record gives a value by the path of a leaf, such as `image` or `a/0`.
 *
 * @category Data
 */
export interface Reading {
  /**
   * The factor of stored inputs when rows are gathered, for example 1/255: a number for every leaf, or a record for
   * some. 1 by default.
   */
  readonly inputScale?: number | Readonly<Record<string, number>>;
  /**
   * The number of classes, if targets are class indices 0 … classes−1: a number for every leaf, or a record for some.
   * Without it targets are values.
   */
  readonly classes?: Classes;
}

/**
 * Data for training: one to three splits, and how to read them. {@link dataSet} makes and checks one.
 *
 * @category Data
 */
export interface DataSet<In extends Tree<Tensor> = Tensor, Out extends Tree<Tensor> = Tensor>
  extends Reading {
  /** The name in run records. */
  readonly name: string;
  /** The rows to train on, at least one. */
  readonly train: Split<In, Out>;
  /** The rows to validate on; absent if there are none. */
  readonly valid?: Split<In, Out>;
  /** The rows to test on; absent if there are none. */
  readonly test?: Split<In, Out>;
}

/**
 * A data set of any inputs and targets.
 *
 * @category Data
 */
export type AnyDataSet = DataSet<Tree<Tensor>, Tree<Tensor>>;

/**
 * The parts that a data set can be made of.
 *
 * @category Data
 */
export interface DataParts {
  /** The name in run records; `"data"` by default. */
  readonly name?: string | undefined;
  /** The rows to train on, at least one. */
  readonly train: SplitParts;
  /** The rows to validate on; none by default. */
  readonly valid?: SplitParts | undefined;
  /** The rows to test on; none by default. */
  readonly test?: SplitParts | undefined;
  /** The factor of stored inputs, see {@link Reading}; by default that of the splits, or 1. */
  readonly inputScale?: Reading["inputScale"] | undefined;
  /** The number of classes, if targets are class indices, see {@link Reading}; none by default. */
  readonly classes?: Classes | undefined;
}

/**
 * A split of the data set that is made of parts of type `P`.
 *
 * @category Data
 */
export type SplitOf<P extends DataParts> = Split<
  TensorsOf<P["train"]["inputs"]>,
  TargetsOf<P["train"]>
>;

/**
 * The data set that is made of parts of type `P`. A split that `P` surely has is not optional.
 *
 * @category Data
 */
export type DataSetOf<P extends DataParts> = DataSet<
  TensorsOf<P["train"]["inputs"]>,
  TargetsOf<P["train"]>
> &
  (P extends { readonly valid: SplitParts } ? { readonly valid: SplitOf<P> } : unknown) &
  (P extends { readonly test: SplitParts } ? { readonly test: SplitOf<P> } : unknown);

const splitNames: readonly SplitName[] = ["train", "valid", "test"];

/**
 * The name of a split.
 *
 * @category Data
 */
export type SplitName = "train" | "valid" | "test";

/**
 * Returns the splits that a data set has, with their names, train first.
 *
 * @param data - The data set.
 * @returns Pairs of a name and a split.
 * @nothrow
 * @category Data
 */
export function splitsOf<In extends Tree<Tensor>, Out extends Tree<Tensor>>(
  data: DataSet<In, Out>,
): ReadonlyArray<readonly [name: SplitName, split: Split<In, Out>]> {
  return splitNames.flatMap((name) => {
    const split = data[name];
    return split === undefined ? [] : [[name, split] as const];
  });
}

/**
 * Returns the factor of the leaf of the inputs at a path.
 *
 * @param data - A data set or a stream.
 * @param path - The path of the leaf; `""`, the default, if the inputs are one tensor.
 * @returns The factor; 1 if the data set has none for this leaf.
 * @nothrow
 * @category Data
 */
export function inputScaleOf({ inputScale }: Reading, path = ""): number {
  return byPath(inputScale, path) ?? 1;
}

/**
 * Returns the number of classes of the leaf of the targets at a path.
 *
 * @param data - A data set or a stream.
 * @param path - The path of the leaf; `""`, the default, if the targets are one tensor.
 * @returns The number of classes; undefined if the targets are not class indices.
 * @nothrow
 * @category Data
 */
export function classesOf({ classes }: Reading, path = ""): number | undefined {
  return byPath(classes, path);
}

function byPath(
  given: number | Readonly<Record<string, number>> | undefined,
  path: string,
): number | undefined {
  if (typeof given !== "object") return given;
  return Object.hasOwn(given, path) ? given[path] : undefined;
}

const partNames = ["name", "train", "valid", "test", "inputScale", "classes"];

/**
 * Makes a data set from tensors, typed arrays or nested arrays, and checks and freezes it.
 *
 * Inputs and targets are trees: one tensor, or records and lists of tensors. A split that you do not pass stays
 * absent. With `targets: "inputs"` a model must give its inputs back, as an autoencoder does. The targets are then
 * the inputs times `inputScale`, and are kept once.
 *
 * {@includeCode ../../../examples/api/data/dataSet.ts#example}
 *
 * @param parts - The splits, each `{ inputs, targets, weights? }`; only `train` is needed. Splits of another data set
 *   bring their `inputScale`, unless you pass one.
 * @returns The data set. If `classes` is given, targets that were floats become i32.
 * @throws {@link DataError} if an option is unknown, if a value cannot be read as a tensor, or if there is no row to
 *   train on. If leaves of a split differ in their rows, or splits differ in their trees or in the type or shape of a
 *   row. If a target is not one of the classes, or a weight is negative or not finite, or all weights are 0. If
 *   targets are the inputs in some splits only, or beside `classes`.
 * @category Data
 */
export function dataSet<const P extends DataParts>(parts: P): DataSetOf<P> {
  checkNames("dataSet", parts, partNames, DataError);
  const { name = "data" } = parts;
  if (typeof name !== "string" || name === "") {
    throw new DataError({
      where: "dataSet",
      must: "name must be a text with at least one character",
      got: JSON.stringify(name),
      todo: 'pass a name such as "mnist", or leave it out',
    });
  }
  const where = `dataSet(${name})`;
  const { classes, inputScale: scale = splitScale(where, parts) } = parts;
  const reading = pickReading({ classes, inputScale: scale });
  const splits: Partial<Record<SplitName, AnySplit>> = {};
  for (const split of splitNames) {
    if (split !== "train" && parts[split] === undefined) continue;
    const made = readSplit(where, split, parts[split], (path) => classesOf(reading, path));
    if (splits.train !== undefined) checkLike(where, [split, made], ["train", splits.train]);
    // A split has its own `inputScale`, so that it can be read without the data set.
    const { inputScale } = reading;
    splits[split] = inputScale === undefined ? made : Object.freeze({ ...made, inputScale });
    if (split === "train") checkReading(where, reading, made);
  }
  const data = Object.freeze({ name, ...splits, ...reading });
  if (rowsOf(data.train as AnySplit) === 0) {
    throw new DataError({
      where,
      must: "the train split must have rows",
      got: "none",
      todo: "only valid and test may be empty",
    });
  }
  return data as DataSetOf<P>;
}

/** Returns the `inputScale` that splits of another data set bring. Throws DataError if they differ. */
function splitScale(where: string, parts: DataParts): Reading["inputScale"] | undefined {
  const given = splitNames.flatMap((name) => {
    const split = parts[name] as SplitParts | null | undefined;
    return split === undefined || split === null ? [] : [[name, split.inputScale] as const];
  });
  const [first, ...others] = given;
  const text = (scale: unknown) => JSON.stringify(scale) ?? "none";
  const odd = others.find(([, scale]) => text(scale) !== text(first?.[1]));
  if (odd === undefined) return first?.[1];
  throw new DataError({
    where,
    must: `splits must have the inputScale of ${first?.[0]}, ${text(first?.[1])}`,
    got: `${text(odd[1])} of ${odd[0]}`,
    todo: "say the inputScale of the data set",
  });
}

/** Returns the options of reading that are given. */
export function pickReading(parts: {
  readonly inputScale?: Reading["inputScale"] | undefined;
  readonly classes?: Classes | undefined;
}): Reading {
  return {
    ...(parts.inputScale === undefined ? {} : { inputScale: parts.inputScale }),
    ...(parts.classes === undefined ? {} : { classes: parts.classes }),
  };
}

/**
 * Throws DataError if a scale is 0 or not finite, if a number of classes is not a positive integer, or if a leaf does
 * not exist.
 */
export function checkReading(where: string, reading: Reading, { inputs, targets }: AnySplit): void {
  check(where, "inputScale", reading.inputScale, inputs, {
    holds: (scale) => Number.isFinite(scale) && scale !== 0,
    must: "a finite number other than 0",
    todo: "pass what brings stored inputs to the model's range, such as 1/255",
  });
  check(where, "classes", reading.classes, targets, {
    holds: (count) => Number.isInteger(count) && count >= 1,
    must: "an integer, 1 or more",
    todo: "pass the number of classes, such as 10",
  });
}

function check(
  where: string,
  option: string,
  given: unknown,
  tree: Tree<Tensor>,
  rule: { holds: (value: number) => boolean; must: string; todo: string },
): void {
  const entries =
    typeof given === "object" && given !== null ? Object.entries(given) : [["", given]];
  const paths = namedLeaves(tree, isTensor).map(([path]) => path);
  for (const [path, value] of entries as [string, unknown][]) {
    if (given === undefined) continue;
    if (!(typeof value === "number" && rule.holds(value))) {
      const must = `${path === "" ? option : `${option} of ${path}`} must be ${rule.must}`;
      throw new DataError({ where, must, got: String(value), todo: rule.todo });
    }
    if (typeof given === "object" && !paths.includes(path)) {
      const leaves = paths.map((leaf) => JSON.stringify(leaf)).join(", ");
      throw new DataError({
        where,
        must: `${option} must be a number, or a record by the leaves ${leaves}`,
        got: JSON.stringify(path),
        todo: "correct the path",
      });
    }
  }
}
