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

/** Starts one pass over a split: an async generator function, for example. `epoch` counts from 0. */
export type Pass<Batch> = (epoch: number) => AsyncIterable<Batch> | Iterable<Batch>;

/** What a stream can be made of. */
export interface StreamParts<P extends SplitParts = SplitParts> {
  /** What run records call it; "stream" by default. */
  readonly name?: string | undefined;
  /** Starts a pass over the batches to train on. */
  readonly train: Pass<P>;
  readonly valid?: Pass<P> | undefined;
  readonly test?: Pass<P> | undefined;
  /** Rows of one pass over `train`, where they are known. */
  readonly rows?: number | undefined;
  readonly inputScale?: Reading["inputScale"] | undefined;
  readonly classes?: Classes | undefined;
}

/** Data that come in batches, for what does not fit in memory. `streamData` makes one. */
export interface StreamSet<In extends Tree<Tensor> = Tensor, Out extends Tree<Tensor> = Tensor>
  extends Reading {
  /** What run records call it. */
  readonly name: string;
  /** Starts a pass over checked batches. */
  readonly train: (epoch: number) => AsyncGenerator<Split<In, Out>, void, undefined>;
  /** Absent where there is none. */
  readonly valid?: (epoch: number) => AsyncGenerator<Split<In, Out>, void, undefined>;
  /** Absent where there is none. */
  readonly test?: (epoch: number) => AsyncGenerator<Split<In, Out>, void, undefined>;
  /** Rows of one pass over `train`, where they are known. */
  readonly rows?: number;
}

const partNames = ["name", "train", "valid", "test", "rows", "inputScale", "classes"];

/**
 * A data set of batches that functions yield, for what does not fit in memory. A pass must yield batches of
 * as many rows each; only its last one may have fewer. Each batch is checked as it comes.
 *
 * @param parts - Functions that start a pass and return an (async) iterable of
 *   `{ inputs, targets, weights? }`; only `train` is needed.
 * @returns The stream; its functions give checked batches of tensors.
 * @throws DataError for an unknown option or one of the wrong kind. A pass throws DataError where it has no
 *   batch, a batch differs from the first one in its tree or in the type or shape of a row, a value is
 *   NaN or infinite, leaves differ in rows, or a pass over `train` has not `rows` rows.
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
 * Whether data come in batches, by `streamData`.
 *
 * @param data - A data set or a stream.
 * @returns True for a stream.
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

/** A split of a data set says how its inputs are read, which a stream does for all batches. Throws DataError. */
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
