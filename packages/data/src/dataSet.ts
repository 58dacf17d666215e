import { DataError, showShape, type Tensor } from "@metrigrad/tensor";

/** Rows to learn from or to test on: row i of `targets` belongs to row i of `inputs`. */
export interface Split {
  /** [rows, ...features]; u8, i32, f32 or f64. */
  readonly inputs: Tensor;
  /** [rows] of class indices (i32), or [rows, ...outputs]. */
  readonly targets: Tensor;
}

/** Data for training: three splits and how to read them. `dataSet` makes and checks one. */
export interface DataSet {
  /** What run records call it. */
  readonly name: string;
  readonly train: Split;
  /** May have no rows. */
  readonly valid: Split;
  /** May have no rows. */
  readonly test: Split;
  /** What stored inputs are multiplied by as rows are gathered, for example 1/255; 1 by default. */
  readonly inputScale?: number;
  /** Number of classes, where the targets are class indices 0 … classes−1. */
  readonly classes?: number;
}

const splits = ["train", "valid", "test"] as const;

/** The splits of a data set with their names, train first. */
export function splitsOf(data: DataSet): ReadonlyArray<readonly [name: string, split: Split]> {
  return splits.map((name) => [name, data[name]] as const);
}

/**
 * A data set, checked and frozen. Throws DataError where inputs and targets differ in rows, where
 * splits differ in the shape of a row, where there is no row to train on, or where a target is not
 * one of the classes.
 */
export function dataSet(data: DataSet): DataSet {
  for (const [name, split] of splitsOf(data)) {
    checkRows(`dataSet(${data.name})`, name, split, data.train);
    if (data.classes !== undefined) checkClasses(data.name, name, split.targets, data.classes);
  }
  const scale = data.inputScale;
  if (scale !== undefined && !(Number.isFinite(scale) && scale !== 0)) {
    throw new DataError({
      where: `dataSet(${data.name})`,
      must: "inputScale must be a finite number other than 0",
      got: `${scale}`,
      todo: "pass what brings stored inputs to the model's range, such as 1/255",
    });
  }
  const [train, valid, test] = splits.map((name) => Object.freeze({ ...data[name] }));
  return Object.freeze({ ...data, train: train!, valid: valid!, test: test! });
}

function checkRows(where: string, name: string, { inputs, targets }: Split, train: Split): void {
  const rows = inputs.shape[0];
  if (rows === undefined || rows !== targets.shape[0]) {
    throw new DataError({
      where,
      must: `the ${name} split must have one row of targets per row of inputs`,
      got: `inputs ${showShape(inputs.shape)} and targets ${showShape(targets.shape)}`,
      todo: "put samples first: [rows, ...]",
    });
  }
  if (name === "train" && rows === 0) {
    throw new DataError({
      where,
      must: "the train split must have rows",
      got: "none",
      todo: "only valid and test may be empty",
    });
  }
  for (const part of ["inputs", "targets"] as const) {
    const own = showShape((part === "inputs" ? inputs : targets).shape.slice(1));
    const first = showShape(train[part].shape.slice(1));
    if (own === first) continue;
    throw new DataError({
      where,
      must: `a row of ${name} ${part} must have the shape of train's, ${first}`,
      got: own,
      todo: "reshape one of them",
    });
  }
}

function checkClasses(set: string, split: string, targets: Tensor, classes: number): void {
  const values = targets.data();
  const row = values.findIndex(
    (value) => !(Number.isInteger(value) && value >= 0 && value < classes),
  );
  if (targets.shape.length === 1 && row < 0) return;
  throw new DataError({
    where: `dataSet(${set})`,
    must: `${split} targets must be [rows] of class indices 0 … ${classes - 1}`,
    got: row < 0 ? showShape(targets.shape) : `${values[row]} in row ${row}`,
    todo: "number the classes from 0, or leave classes out",
  });
}
