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

/** How stored inputs and targets are read; a record says it by the path of a leaf, such as `image` or `a/0`. */
export interface Reading {
  /**
   * What stored inputs are multiplied by as rows are gathered, for example 1/255: a number for every leaf,
   * or a record for some. 1 by default.
   */
  readonly inputScale?: number | Readonly<Record<string, number>>;
  /**
   * The number of classes where targets are class indices 0 … classes−1: a number for every leaf, or a
   * record for some.
   */
  readonly classes?: Classes;
}

/** Data for training: one to three splits and how to read them. `dataSet` makes and checks one. */
export interface DataSet<In extends Tree<Tensor> = Tensor, Out extends Tree<Tensor> = Tensor>
  extends Reading {
  /** What run records call it. */
  readonly name: string;
  readonly train: Split<In, Out>;
  /** Absent where there is none. */
  readonly valid?: Split<In, Out>;
  /** Absent where there is none. */
  readonly test?: Split<In, Out>;
}

/** A data set of any inputs and targets. */
export type AnyDataSet = DataSet<Tree<Tensor>, Tree<Tensor>>;

/** What a data set can be made of. */
export interface DataParts {
  /** What run records call it; "data" by default. */
  readonly name?: string | undefined;
  readonly train: SplitParts;
  readonly valid?: SplitParts | undefined;
  readonly test?: SplitParts | undefined;
  readonly inputScale?: Reading["inputScale"] | undefined;
  readonly classes?: Classes | undefined;
}

/** A split of the data set made of parts of type `P`. */
export type SplitOf<P extends DataParts> = Split<
  TensorsOf<P["train"]["inputs"]>,
  TargetsOf<P["train"]>
>;

/** The data set made of parts of type `P`: a split that `P` surely has is no longer optional. */
export type DataSetOf<P extends DataParts> = DataSet<
  TensorsOf<P["train"]["inputs"]>,
  TargetsOf<P["train"]>
> &
  (P extends { readonly valid: SplitParts } ? { readonly valid: SplitOf<P> } : unknown) &
  (P extends { readonly test: SplitParts } ? { readonly test: SplitOf<P> } : unknown);

const splitNames: readonly SplitName[] = ["train", "valid", "test"];

/** The name of a split. */
export type SplitName = "train" | "valid" | "test";

/**
 * The splits that a data set has, with their names, train first.
 *
 * @param data - The data set.
 * @returns Pairs of a name and a split.
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
 * What the leaf of the inputs at a path is multiplied by.
 *
 * @param data - A data set or a stream.
 * @param path - The path of the leaf; "" where inputs are one tensor.
 * @returns The scale; 1 where the data set says none.
 */
export function inputScaleOf({ inputScale }: Reading, path = ""): number {
  return byPath(inputScale, path) ?? 1;
}

/**
 * The number of classes of the leaf of the targets at a path.
 *
 * @param data - A data set or a stream.
 * @param path - The path of the leaf; "" where targets are one tensor.
 * @returns The number of classes; undefined where the targets are no class indices.
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
 * A data set from tensors, typed arrays or nested arrays, checked and frozen. Inputs and targets are trees:
 * one tensor, or records and lists of tensors. Splits that are not given stay absent. `targets: "inputs"` of a split says
 * that a model shall put its inputs out again, as an autoencoder does: targets are the inputs times `inputScale`, and
 * are kept once.
 *
 * @param parts - The splits, each `{ inputs, targets, weights? }`; only `train` is needed. Splits of another data set
 *   bring their `inputScale` along, unless one is given.
 * @returns The data set. Targets with classes that were floats are i32.
 * @throws DataError where leaves differ in rows, splits differ in their trees or in the type or shape of a
 *   row, there is no row to train on, a target is not one of the classes, a weight is negative or not
 *   finite or all are 0, a value cannot be read as a tensor, an option is not known, or targets are the inputs in some of
 *   the splits only or beside `classes`.
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
    // A split alone says how it is read, so that it can be looked at by itself.
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

/** What splits of another data set say of their inputs. Throws DataError where they disagree. */
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

/** The options of reading that are given. */
export function pickReading(parts: {
  readonly inputScale?: Reading["inputScale"] | undefined;
  readonly classes?: Classes | undefined;
}): Reading {
  return {
    ...(parts.inputScale === undefined ? {} : { inputScale: parts.inputScale }),
    ...(parts.classes === undefined ? {} : { classes: parts.classes }),
  };
}

/** Checks that scales are finite and not 0, classes 1 or more, and that leaves exist. Throws DataError. */
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
