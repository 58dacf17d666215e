import { type AnyDataSet, type AnySplit, isStream, rowsOf } from "@metrigrad/data";
import { compile, oneRank, type Program } from "@metrigrad/graph";
import type { Penalty } from "@metrigrad/optim";
import {
  type Communicator,
  DataError,
  type Handle,
  permutation,
  type Store,
} from "@metrigrad/tensor";
import type { AnyStream } from "../data/batchSource.ts";
import { type BatchForm, fedRows, residentRows } from "../data/form.ts";
import { type EvaluatedRows, type Evaluator, type EvaluatorSpec, evaluator } from "./evaluator.ts";
import type { Evaluation } from "./events.ts";

/** The splits of data. */
export type SplitName = "train" | "valid" | "test";

/** Evaluates a model on the splits of a data set. */
export interface SplitEvaluator {
  /**
   * Evaluates all rows of a split, or a sample of them that stays the same. Throws DataError if the split is absent.
   */
  evaluate(name: SplitName, rows?: number): Promise<Evaluation>;
  /** Reads the L2 term. */
  penalty(): Promise<number>;
  /** Frees programs and data. */
  close(): Promise<void>;
}

/** The settings that all splits share. */
export interface SplitSettings {
  readonly store: Store;
  readonly data: AnyDataSet | AnyStream;
  readonly evaluated: Pick<EvaluatorSpec, "objective" | "metrics">;
  readonly useWeights: boolean;
  readonly seed: number;
  /** The rows of a training step. */
  readonly batchSize: number;
  readonly penalty: Penalty | null;
  /** The form of a stream's batches; null for a data set. */
  readonly stream: BatchForm | null;
  readonly check: (name: SplitName, split: AnySplit) => void;
  /** The processes that share the rows; null for one. */
  readonly communicator: Communicator | null;
}

/** One split, made ready. */
interface Prepared {
  readonly evaluator: Evaluator;
  parts(rows: number | undefined): AsyncIterable<EvaluatedRows> | Iterable<EvaluatedRows>;
  close(): Promise<void>;
}

/** Returns the evaluators of splits. Each is made when it is first needed. */
export function splitEvaluator(settings: SplitSettings): SplitEvaluator {
  const { store, data, penalty } = settings;
  const prepared = new Map<SplitName, Promise<Prepared>>();
  let l2: Program<Handle> | null = null;
  return {
    async evaluate(name, rows) {
      if (!splitNames(data).includes(name)) throw absent(name);
      const made = prepared.get(name) ?? prepare(settings, name);
      prepared.set(name, made);
      const { evaluator: own, parts } = await made;
      return own.evaluate(parts(rows));
    },
    async penalty() {
      if (penalty === null) return 0;
      l2 ??= await compile({ outputs: penalty.value }, store);
      return (await (await l2.run()).read()).item();
    },
    async close() {
      // A program that failed to compile has nothing to close.
      const close = (split: Prepared) => split.close();
      for (const made of prepared.values()) await made.then(close, () => undefined);
      prepared.clear();
      await l2?.close();
      l2 = null;
    },
  };
}

/** Returns the splits that have rows. */
export function splitNames(data: AnyDataSet | AnyStream): readonly SplitName[] {
  return (["train", "valid", "test"] as const).filter((name) => {
    if (isStream(data)) return data[name] !== undefined;
    const split = data[name];
    return split !== undefined && rowsOf(split) > 0;
  });
}

async function prepare(settings: SplitSettings, name: SplitName): Promise<Prepared> {
  const { store, data, evaluated, useWeights, seed, batchSize, stream, check, communicator } =
    settings;
  const weighted = ({ weights, ...split }: AnySplit): AnySplit => {
    return useWeights && weights !== undefined ? { ...split, weights } : split;
  };
  if (stream !== null) {
    const spec = { ...evaluated, form: stream, most: batchSize, batchSize, communicator };
    const own = evaluator(spec, store);
    const pass = (data as AnyStream)[name] as AnyStream["train"];
    return {
      evaluator: own,
      async *parts(rows = Number.POSITIVE_INFINITY) {
        let left = rows;
        for await (const batch of pass(0)) {
          check(name, batch);
          const count = Math.min(left, rowsOf(batch));
          const chosen = Int32Array.from({ length: count }, (_, row) => row);
          yield { rows: fedRows(stream, weighted(batch)), chosen };
          left -= count;
          if (left <= 0) return;
        }
      },
      close: own.close,
    };
  }
  const split = weighted((data as AnyDataSet)[name] as AnySplit);
  const resident = await residentRows(store, (data as AnyDataSet).name, split, data);
  const { form, count } = resident;
  const own = evaluator({ ...evaluated, form, most: count, batchSize, communicator }, store);
  const known = new Map<number, Int32Array>();
  const chosenOf = (length: number) => {
    const chosen = known.get(length) ?? shareOf(sample(count, length, seed), communicator);
    known.set(length, chosen);
    return chosen;
  };
  return {
    evaluator: own,
    parts: (rows = count) => [{ rows: resident, chosen: chosenOf(Math.min(rows, count)) }],
    close: async () => {
      await own.close();
      await resident.release();
    },
  };
}

/** The rows that this rank evaluates. Few rows go to all ranks, whose sums then have the same ratio. */
function shareOf(rows: Int32Array, communicator: Communicator | null): Int32Array {
  const { rank, size } = communicator ?? oneRank;
  if (rows.length < size) return rows;
  const at = (one: number) => Math.floor((rows.length * one) / size);
  return rows.subarray(at(rank), at(rank + 1));
}

/** Returns all rows, or a random sample of them that is the same every time. */
function sample(count: number, rows: number, seed: number): Int32Array {
  if (rows === count) return Int32Array.from({ length: count }, (_, row) => row);
  return permutation(count, { seed, path: "data/evaluated" }).slice(0, rows);
}

function absent(name: SplitName): DataError {
  return new DataError({
    where: "run.evaluate",
    must: `the data must have rows in ${name}`,
    got: "none",
    todo: `give the data a ${name} split`,
  });
}
