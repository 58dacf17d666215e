import { checkNames, DataError, type Tensor, type Tree } from "@metrigrad/tensor";
import { checkFiniteSplit } from "./checkFinite.ts";
import { checkReading, classesOf, pickReading, type Reading } from "./dataSet.ts";
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
 * Starts one pass over a split, such as an async generator function. `epoch` counts from 0.
 *
 * @category Data
 */
export type Pass<Batch> = (epoch: number) => AsyncIterable<Batch> | Iterable<Batch>;

/**
 * The parts that a stream can be made of.
 *
 * @category Data
 */
export interface StreamParts<P extends SplitParts = SplitParts> {
  /** The name in run records; `"stream"` by default. */
  readonly name?: string | undefined;
  /** Starts a pass over the batches to train on. */
  readonly train: Pass<P>;
  /** Starts a pass over the batches to validate on; none by default. */
  readonly valid?: Pass<P> | undefined;
  /** Starts a pass over the batches to test on; none by default. */
  readonly test?: Pass<P> | undefined;
  /** The number of rows of one pass over `train`, if it is known. With it a run knows its length. */
  readonly rows?: number | undefined;
  /** The factor of stored inputs, see {@link Reading}; 1 by default. */
  readonly inputScale?: Reading["inputScale"] | undefined;
  /** The number of classes, if targets are class indices, see {@link Reading}; none by default. */
  readonly classes?: Classes | undefined;
}

/**
 * Data that come in batches, for data that do not fit in memory. {@link streamData} makes one.
 *
 * @category Data
 */
export interface StreamSet<In extends Tree<Tensor> = Tensor, Out extends Tree<Tensor> = Tensor>
  extends Reading {
  /** The name in run records. */
  readonly name: string;
  /** Starts a pass over checked batches to train on. */
  readonly train: (epoch: number) => AsyncGenerator<Split<In, Out>, void, undefined>;
  /** Starts a pass over checked batches to validate on; absent if there are none. */
  readonly valid?: (epoch: number) => AsyncGenerator<Split<In, Out>, void, undefined>;
  /** Starts a pass over checked batches to test on; absent if there are none. */
  readonly test?: (epoch: number) => AsyncGenerator<Split<In, Out>, void, undefined>;
  /** The number of rows of one pass over `train`; absent if it is not known. */
  readonly rows?: number;
}

const partNames = ["name", "train", "valid", "test", "rows", "inputScale", "classes"];

/**
 * Makes a data set of batches that functions yield, for data that do not fit in memory.
 *
 * All batches of a pass must have the same number of rows; only the last one may have fewer. Each batch is checked
 * when it comes.
 *
 * {@includeCode ../../../examples/api/data/streamData.ts#example}
 *
 * @param parts - Functions that start a pass and return an (async) iterable of `{ inputs, targets, weights? }`; only
 *   `train` is needed.
 * @returns The stream; its functions give checked batches of tensors.
 * @throws {@link DataError} if an option is unknown or of the wrong kind. A pass throws it if it has no batch, or if
 *   a batch differs from the first one in its tree or in the type or shape of a row. It also does if leaves differ in
 *   their rows, if a value is NaN or infinite, or if `train` does not yield `rows` rows.
 * @category Data
 */
export function streamData<const P extends SplitParts>(
  parts: StreamParts<P>,
): StreamSet<TensorsOf<P["inputs"]>, TargetsOf<P>> {
  checkNames("streamData", parts, partNames, DataError);
  const { name = "stream", rows } = parts;
  const where = `streamData(${name})`;
  checkParts(where, parts);
  const reading = pickReading(parts);
  let first: readonly [string, AnySplit] | undefined;
  const checked = (split: string, batch: unknown, at: number): AnySplit => {
    const title = `${split} batch ${at}`;
    const made = readSplit(where, title, batch, (path) => classesOf(reading, path));
    checkScale(where, title, (batch as SplitParts).inputScale, reading.inputScale);
    checkFiniteSplit(where, title, made);
    if (first === undefined) checkReading(where, reading, made);
    first ??= [title, made];
    checkLike(where, [title, made], first);
    return made;
  };
  const pass = (split: "train" | "valid" | "test") => {
    const start = parts[split];
    if (start === undefined) return {};
    const total = split === "train" ? rows : undefined;
    return { [split]: (epoch: number) => batchesOf(where, split, start(epoch), checked, total) };
  };
  const passes = { ...pass("train"), ...pass("valid"), ...pass("test") };
  const stream = { name, ...passes, ...(rows === undefined ? {} : { rows }), ...reading };
  return Object.freeze(stream) as StreamSet<TensorsOf<P["inputs"]>, TargetsOf<P>>;
}

/**
 * Returns whether data come in batches, from {@link streamData}.
 *
 * @param data - A data set or a stream.
 * @returns True for a stream.
 * @nothrow
 * @category Data
 */
export function isStream<In extends Tree<Tensor>, Out extends Tree<Tensor>>(
  data: { readonly train: Split<In, Out> } | StreamSet<In, Out>,
): data is StreamSet<In, Out> {
  return typeof data.train === "function";
}

async function* batchesOf(
  where: string,
  split: string,
  batches: AsyncIterable<unknown> | Iterable<unknown>,
  checked: (split: string, batch: unknown, at: number) => AnySplit,
  total: number | undefined,
): AsyncGenerator<AnySplit, void, undefined> {
  const refused = (must: string, got: string, todo: string) =>
    new DataError({ where, must, got, todo });
  if (!isIterable(batches)) {
    const got = batches === null ? "null" : `a ${typeof batches}`;
    throw refused(`${split} must return an async iterable`, got, "pass an async function*");
  }
  let [count, rows, size, last] = [0, 0, 0, 0];
  let weighted = false;
  for await (const batch of batches) {
    if (count > 1 && last < size) {
      const must = `only the last batch of ${split} may have fewer rows than the first, ${size}`;
      throw refused(must, `${last} in batch ${count - 1}`, "fill batches up before you yield them");
    }
    const made = checked(split, batch, count);
    last = rowsOf(made);
    const weights = made.weights !== undefined;
    if (count === 0) [size, weighted] = [last, weights];
    if (weights !== weighted) {
      const must = weighted ? "weights, as the first has" : "no weights, as the first has none";
      const todo = "weigh the samples of all batches, or of none";
      throw refused(`${split} batch ${count} must have ${must}`, weights ? "some" : "none", todo);
    }
    if (last === 0 || last > size) {
      const must = `a batch of ${split} must have 1 row or more, and not more than the first, ${size}`;
      throw refused(must, `${last} in batch ${count}`, "yield batches of as many rows each");
    }
    count++;
    rows += last;
    yield made;
  }
  if (count === 0) {
    const todo = "return a new generator each time: one that has ended yields nothing";
    throw refused(`${split} must yield at least one batch`, "none", todo);
  }
  if (total !== undefined && total !== rows) {
    const must = `a pass over ${split} must have ${total} rows, as the option rows says`;
    throw refused(must, String(rows), "correct rows, or leave it out");
  }
}

/** Throws DataError if a batch has another `inputScale` than the stream, which applies to all batches. */
function checkScale(where: string, title: string, own: unknown, stream: unknown): void {
  if (own === undefined || JSON.stringify(own) === JSON.stringify(stream)) return;
  throw new DataError({
    where,
    must: `${title} must have the inputScale of the stream, ${JSON.stringify(stream) ?? "none"}`,
    got: JSON.stringify(own),
    todo: "say it once: streamData({ inputScale, … })",
  });
}

function isIterable(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Symbol.asyncIterator in value || Symbol.iterator in value;
}

function checkParts(where: string, { name, rows, ...passes }: StreamParts): void {
  const refused = (must: string, got: unknown, todo: string) =>
    new DataError({ where, must, got: String(got), todo });
  if (name !== undefined && (typeof name !== "string" || name === "")) {
    throw refused(
      "name must be a text with at least one character",
      JSON.stringify(name),
      "leave it out",
    );
  }
  for (const split of ["train", "valid", "test"] as const) {
    const start: unknown = passes[split];
    if (typeof start === "function" || (start === undefined && split !== "train")) continue;
    const got = start === null ? "null" : `a ${typeof start}`;
    throw refused(
      `${split} must be a function`,
      got,
      "pass an async function*, not what it returns",
    );
  }
  if (rows !== undefined && !(Number.isInteger(rows) && rows >= 1)) {
    throw refused("rows must be an integer, 1 or more", rows, "leave it out if it is not known");
  }
}
