import { type AnyDataSet, type AnySplit, batches, rowsOf, type StreamSet } from "@metrigrad/data";
import { oneRank } from "@metrigrad/graph";
import { type Communicator, type Store, type Tensor, type Tree, tensor } from "@metrigrad/tensor";
import { inStep } from "../ranks/inStep.ts";
import type { FeedSpecs } from "../step/feeds.ts";
import { type BatchForm, fedForm, fedRows, type Rows, residentRows } from "./form.ts";

/** A stream of any inputs and targets. */
export type AnyStream = StreamSet<Tree<Tensor>, Tree<Tensor>>;

/** A batch to train on. */
export interface TrainBatch {
  readonly feeds: Record<string, Tensor>;
  /** The rows of the batch as indices into the training split; null if the batches come from a stream. */
  readonly rows: Int32Array | null;
}

/** The source of the batches to train on. */
export interface BatchSource {
  readonly form: BatchForm;
  readonly feeds: FeedSpecs;
  /** Whether samples have weights. If they have, there is a feed for them. */
  readonly weighted: boolean;
  readonly batchSize: number;
  /** Steps of an epoch; null for a stream that does not say how many rows it has. */
  readonly stepsPerEpoch: number | null;
  /** Gives the batches of an epoch, counted from 0. Batches with fewer rows than the others are left out. */
  pass(epoch: number): AsyncIterable<TrainBatch> | Iterable<TrainBatch>;
  release(): Promise<void>;
}

/** The name of the feed of weights. */
export const weightsFeed = "weights";

/** How batches are made. */
export interface BatchSettings {
  readonly batchSize: number | undefined;
  readonly seed: number;
  /** Whether the weights of a split are used. */
  readonly useWeights: boolean;
  /** The processes that share each batch; null for one. */
  readonly communicator: Communicator | null;
}

/** Returns batches of rows that live on the store, in an order that follows from the seed. */
export async function residentSource(
  store: Store,
  data: AnyDataSet,
  { batchSize = 1, seed, useWeights, communicator }: BatchSettings,
): Promise<BatchSource> {
  const { train } = data;
  const rows = await residentRows(store, data.name, train, data);
  const weighted = useWeights && train.weights !== undefined;
  const count = rowsOf(train);
  const { rank, size } = communicator ?? oneRank;
  const whole = batchSize * size;
  const first = batchSize * rank;
  return {
    form: rows.form,
    feeds: feedsOf(rows.form, batchSize, weighted),
    weighted,
    batchSize,
    stepsPerEpoch: Math.floor(count / whole),
    *pass(epoch) {
      for (const together of batches(count, whole, { seed, epoch })) {
        const chosen = together.subarray(first, first + batchSize);
        yield { feeds: batchFeeds(rows, chosen, weighted), rows: chosen };
      }
    },
    release: rows.release,
  };
}

/** Returns the batches of a stream, each fed as it comes. The first batch sets the number of rows. */
export async function streamSource(
  data: AnyStream,
  { useWeights, communicator }: BatchSettings,
  check: (batch: AnySplit) => void,
): Promise<BatchSource> {
  const first = await firstOf(data.train(0));
  const form = fedForm(first, data);
  const batchSize = rowsOf(first);
  const weighted = useWeights && first.weights !== undefined;
  const all = Int32Array.from({ length: batchSize }, (_, row) => row);
  async function* fed(batches: AsyncIterable<AnySplit>): AsyncGenerator<TrainBatch> {
    for await (const batch of batches) {
      check(batch);
      yield { feeds: batchFeeds(fedRows(form, batch), all, weighted), rows: null };
    }
  }
  return {
    form,
    feeds: feedsOf(form, batchSize, weighted),
    weighted,
    batchSize,
    stepsPerEpoch: data.rows === undefined ? null : Math.floor(data.rows / batchSize),
    pass(epoch) {
      const own = whole(data.train(epoch), batchSize);
      const shared = communicator === null ? own : inStep(own, communicator);
      return fed(shared);
    },
    release: async () => {},
  };
}

/** Leaves out batches with fewer rows than the others. */
async function* whole(
  pass: AsyncIterable<AnySplit>,
  batchSize: number,
): AsyncGenerator<AnySplit, void, undefined> {
  for await (const batch of pass) if (rowsOf(batch) >= batchSize) yield batch;
}

function feedsOf(form: BatchForm, rows: number, weighted: boolean): FeedSpecs {
  return { ...form.feeds(rows), ...(weighted ? { [weightsFeed]: [rows] } : {}) };
}

function batchFeeds(rows: Rows, chosen: Int32Array, weighted: boolean): Record<string, Tensor> {
  if (!weighted) return rows.feeds(chosen);
  return { ...rows.feeds(chosen), [weightsFeed]: tensor(Float64Array.from(chosen, rows.weight)) };
}

async function firstOf(pass: AsyncGenerator<AnySplit, void, undefined>): Promise<AnySplit> {
  const { value } = await pass.next();
  await pass.return();
  // A pass without batches has thrown before.
  return value as AnySplit;
}
