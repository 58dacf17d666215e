import {
  checkNames,
  DataError,
  isTensor,
  leavesOf,
  type MapTree,
  MetrigradError,
  mapTree,
  type NestedArray,
  namedLeaves,
  sameShape,
  sameTree,
  scalarTypeOf,
  showShape,
  type Tensor,
  type Tree,
  type TypedArray,
  tensor,
  valueTypeOf,
} from "@metrigrad/tensor";
import { checkNoClasses, targetsAreInputs } from "./inputsAsTargets.ts";

/**
 * A value that a tensor can be made of: a tensor, a typed array, or numbers or booleans in nested arrays.
 *
 * @category Data
 */
export type Values = Tensor | TypedArray | NestedArray;

/**
 * The tree `X` of values as a tree of tensors.
 *
 * @category Data
 */
export type TensorsOf<X> =
  MapTree<X, Values, Tensor> extends infer T extends Tree<Tensor> ? T : Tree<Tensor>;

/**
 * Rows of samples. Every leaf has the same number of rows, and row i of all leaves belongs to sample i.
 *
 * @category Data
 */
export interface Split<In extends Tree<Tensor> = Tensor, Out extends Tree<Tensor> = Tensor> {
  /** The inputs: leaves [rows, …features] of any element type. */
  readonly inputs: In;
  /** The targets: leaves [rows] of class indices, or [rows, …outputs]. */
  readonly targets: Out;
  /** The weights of the samples, [rows]: finite, 0 or more, and not all 0. Absent if all weights are 1. */
  readonly weights?: Tensor;
  /** The factor of stored inputs, as the data set has it; absent if it is 1. */
  readonly inputScale?: number | Readonly<Record<string, number>>;
  /**
   * Present if the targets are the inputs as a model reads them, scaled too. Then `targets` is the same object as
   * `inputs`.
   */
  readonly targetsAre?: "inputs";
}

/**
 * A split of any inputs and targets.
 *
 * @category Data
 */
export type AnySplit = Split<Tree<Tensor>, Tree<Tensor>>;

/**
 * The parts that a split can be made of: trees of tensors, typed arrays or nested arrays.
 *
 * @category Data
 */
export interface SplitParts<
  In extends Tree<Values> = Tree<Values>,
  Out extends Tree<Values> | "inputs" = Tree<Values> | "inputs",
> {
  /** The inputs: leaves [rows, …features]. */
  readonly inputs: In;
  /**
   * The targets: leaves [rows] of class indices, or [rows, …outputs]. `"inputs"` stands for the inputs as a model
   * reads them, as for an autoencoder.
   */
  readonly targets: Out;
  /** The weights of the samples, [rows]; by default all are 1. */
  readonly weights?: Values | undefined;
  /** The factor of stored inputs, which a split of a data set brings; 1 by default. */
  readonly inputScale?: number | Readonly<Record<string, number>> | undefined;
  /** A mark that a split of a data set brings if its targets are its inputs; absent by default. */
  readonly targetsAre?: "inputs" | undefined;
}

/**
 * The targets of a split that is made of parts of type `P`.
 *
 * @category Data
 */
export type TargetsOf<P extends SplitParts> = P["targets"] extends "inputs"
  ? TensorsOf<P["inputs"]>
  : TensorsOf<Exclude<P["targets"], "inputs">>;

/**
 * The number of classes of every leaf of the targets, or of some leaves by path.
 *
 * @category Data
 */
export type Classes = number | Readonly<Record<string, number>>;

/** Returns whether a value stands for one tensor. A nested array does if it holds numbers or booleans. */
export function isValues(value: unknown): value is Values {
  if (isTensor(value) || ArrayBuffer.isView(value)) return true;
  // A list that has a tensor among its items is a tree, whatever its first item is.
  const isArrays = (items: unknown[]) =>
    items.every((item) => typeof item !== "object" || Array.isArray(item));
  let first = value;
  while (Array.isArray(first) && first.length > 0 && isArrays(first)) first = first[0];
  return typeof first === "number" || typeof first === "boolean";
}

/**
 * Returns a tree of tensors, typed arrays or nested arrays as a tree of tensors. Tensors stay as they are. Throws
 * DataError for another kind of leaf, for a ragged array, and for a tree without leaves.
 */
function readTree(where: string, name: string, tree: Tree<Values>): Tree<Tensor> {
  try {
    const tensors = mapTree(tree, isValues, (leaf, path) => {
      if (isTensor(leaf)) return leaf;
      return asDataError(where, leafName(name, path), () => tensor(leaf));
    });
    if (leavesOf(tensors, isTensor).length > 0) return tensors;
  } catch (error) {
    if (error instanceof DataError || !(error instanceof MetrigradError)) throw error;
    throw notValues(where, name, error.parts.got);
  }
  throw notValues(where, name, "an empty tree");
}

/**
 * Returns the number of rows of a split, or of a tree of tensors.
 *
 * @param of - A split, its inputs or its targets.
 * @returns The first size of every leaf.
 * @throws {@link DataError} if leaves differ in their first size, if a leaf is a scalar, or if there is no leaf.
 * @category Data
 */
export function rowsOf(of: AnySplit | Tree<Tensor>): number {
  const parts = isSplit(of) ? [of.inputs, of.targets] : [of];
  const leaves = parts.flatMap((tree) => leavesOf(tree, isTensor));
  const [rows] = leaves[0]?.shape ?? [];
  if (rows !== undefined && leaves.every(({ shape }) => shape[0] === rows)) return rows;
  throw new DataError({
    where: "rowsOf",
    must: "every leaf must have as many rows",
    got: leaves.map(({ shape }) => showShape(shape)).join(", ") || "no leaf",
    todo: "put samples first: [rows, …]",
  });
}

function isSplit(value: AnySplit | Tree<Tensor>): value is AnySplit {
  return !isTensor(value) && !Array.isArray(value) && "inputs" in value && "targets" in value;
}

/**
 * Makes a split of tensors from its parts, and checks it. Throws DataError with the name of the split and of the
 * leaf.
 *
 * Every leaf must have the same number of rows. Weights must be [rows], finite, 0 or more, and not all 0. Targets
 * with classes must be class indices, and become i32.
 */
export function readSplit(
  where: string,
  name: string,
  parts: unknown,
  classes: (path: string) => number | undefined,
): AnySplit {
  if (typeof parts !== "object" || parts === null || isValues(parts)) {
    const got = parts === undefined || parts === null ? String(parts) : `a ${typeof parts}`;
    const todo = "pass { inputs, targets }, each a tensor, arrays, or a record or list of them";
    throw new DataError({ where, must: `${name} must be a split`, got, todo });
  }
  // A table of fromColumns is a split with more members.
  if (!("transform" in parts)) checkNames(`${where}, ${name}`, parts, partNames, DataError);
  const given = parts as SplitParts;
  const inputs = readTree(where, `${name} inputs`, given.inputs);
  if (targetsAreInputs(where, name, given)) {
    const rows = checkRows(where, name, inputs, inputs);
    checkNoClasses(where, name, inputs, classes);
    const split = { inputs, targets: inputs, targetsAre: "inputs" } as const;
    return withWeights(where, name, split, given.weights, rows);
  }
  const raw = readTree(where, `${name} targets`, given.targets as Tree<Values>);
  const rows = checkRows(where, name, inputs, raw);
  const targets = mapTree(raw, isTensor, (leaf, path) => {
    const count = classes(path);
    return count === undefined
      ? leaf
      : classIndices(where, leafName(`${name} targets`, path), leaf, count);
  });
  return withWeights(where, name, { inputs, targets }, given.weights, rows);
}

const partNames = ["inputs", "targets", "weights", "inputScale", "targetsAre"];

function withWeights(
  where: string,
  name: string,
  split: AnySplit,
  given: Values | undefined,
  rows: number,
): AnySplit {
  if (given === undefined) return Object.freeze(split);
  const weights = readTree(where, `${name} weights`, given);
  return Object.freeze({ ...split, weights: checkWeights(where, name, weights, rows) });
}

/** Throws DataError unless a row of one split has the same tree, shapes and kinds of numbers as a row of another. */
export function checkLike(
  where: string,
  [name, split]: readonly [string, AnySplit],
  [firstName, first]: readonly [string, AnySplit],
): void {
  if (split.targetsAre !== first.targetsAre) {
    const text = ({ targetsAre }: AnySplit) => (targetsAre === undefined ? "own values" : "inputs");
    throw new DataError({
      where,
      must: `${name} targets must be ${text(first)}, as those of ${firstName} are`,
      got: text(split),
      todo: 'pass targets: "inputs" for all splits, or for none',
    });
  }
  for (const part of ["inputs", "targets"] as const) {
    asDataError(where, `${name} ${part}`, () => sameTree(first[part], split[part], isTensor));
    const own = new Map(namedLeaves(split[part], isTensor));
    for (const [path, leaf] of namedLeaves(first[part], isTensor)) {
      const other = own.get(path) as Tensor;
      const [wanted, got] = [leaf, other].map(
        ({ dtype, shape }) => `${valueTypeOf(dtype)} ${showShape(shape.slice(1))}`,
      );
      const same =
        valueTypeOf(leaf.dtype) === valueTypeOf(other.dtype) &&
        sameShape(leaf.shape.slice(1), other.shape.slice(1));
      if (same) continue;
      throw new DataError({
        where,
        must: `a row of ${leafName(`${name} ${part}`, path)} must have the type and shape of ${firstName}'s, ${wanted}`,
        got: got as string,
        todo: "reshape or convert one of them",
      });
    }
  }
}

function checkRows(
  where: string,
  name: string,
  inputs: Tree<Tensor>,
  targets: Tree<Tensor>,
): number {
  const named = (part: string, tree: Tree<Tensor>) =>
    namedLeaves(tree, isTensor).map(([path, leaf]) => [leafName(part, path), leaf] as const);
  const leaves = [...named("inputs", inputs), ...named("targets", targets)];
  const rows = leaves[0]?.[1].shape[0];
  if (rows !== undefined && leaves.every(([, { shape }]) => shape[0] === rows)) return rows;
  throw new DataError({
    where,
    must: `the ${name} split must have one row of targets per row of inputs`,
    got: leaves.map(([leaf, { shape }]) => `${leaf} ${showShape(shape)}`).join(" and "),
    todo: "put samples first: [rows, …]; a list of arrays is a tree of them, so join rows into one array",
  });
}

function classIndices(where: string, name: string, targets: Tensor, classes: number): Tensor {
  const values = targets.data();
  const row = values.findIndex(
    (value) => !(Number.isInteger(value) && value >= 0 && value < classes),
  );
  if (targets.shape.length === 1 && row < 0) {
    const isFloat = scalarTypeOf(targets.dtype) === "float";
    return isFloat ? tensor(Int32Array.from(values)) : targets;
  }
  throw new DataError({
    where,
    must: `${name} must be [rows] of class indices 0 … ${classes - 1}`,
    got: row < 0 ? showShape(targets.shape) : `${values[row]} in row ${row}`,
    todo: "number the classes from 0, or leave classes out",
  });
}

function checkWeights(where: string, name: string, weights: Tree<Tensor>, rows: number): Tensor {
  const refused = (must: string, got: string) =>
    new DataError({
      where,
      must: `${name} weights must be ${must}`,
      got,
      todo: "pass one number per sample, or leave weights out",
    });
  if (!isTensor(weights) || !sameShape(weights.shape, [rows])) {
    throw refused(`[${rows}]`, isTensor(weights) ? showShape(weights.shape) : "a tree");
  }
  const values = weights.data();
  const row = values.findIndex((value) => !(Number.isFinite(value) && value >= 0));
  if (row >= 0) throw refused("finite and 0 or more", `${values[row]} in row ${row}`);
  if (rows > 0 && values.every((value) => value === 0)) {
    throw refused("above 0 somewhere", "0 everywhere");
  }
  return weights;
}

/** Returns the name of a leaf in messages: `train inputs`, or `train inputs/image`. */
export function leafName(part: string, path: string): string {
  return path === "" ? part : `${part}/${path}`;
}

/** Runs `f`, and throws any other MetrigradError as a DataError that names the part. */
function asDataError<T>(where: string, name: string, f: () => T): T {
  try {
    return f();
  } catch (error) {
    if (!(error instanceof MetrigradError)) throw error;
    const { must, got, todo } = error.parts;
    throw new DataError({ where: `${where}, ${name}`, must, got, todo });
  }
}

function notValues(where: string, name: string, got: string): DataError {
  return new DataError({
    where,
    must: `${name} must be a tensor, a typed array, nested arrays of numbers, or a tree of these`,
    got,
    todo: "pass for example tensor(…), or { image: …, text: … }",
  });
}
