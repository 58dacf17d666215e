import { compile, constant, input, isNode, type Node, type Program } from "@metrigrad/graph";
import { type AnyModule, applierOf } from "@metrigrad/nn";
import {
  type Communicator,
  GraphError,
  type Handle,
  pause,
  type Store,
  showShape,
  type Tensor,
  tensor,
} from "@metrigrad/tensor";
import type { BatchForm, Rows } from "../data/form.ts";
import { inputsOf } from "../data/reading.ts";
import { chunkRows } from "../host/chunkRows.ts";
import { stepContext } from "../step/context.ts";
import { hitsOf } from "./accuracy.ts";
import type { Evaluation } from "./events.ts";
import { type Objective, objectiveOf } from "./objective.ts";

/** Settings of an evaluator. */
export interface EvaluatorSpec {
  readonly objective: Objective;
  readonly metrics: Readonly<Record<string, (output: never, targets: never) => Node>>;
  readonly form: BatchForm;
  /** The largest number of rows that an evaluation has. */
  readonly most: number;
  /** The rows of a training step. A chunk may have as many, since a step does that work anyway. */
  readonly batchSize?: number;
  /** The processes that share the rows; null or absent for one. */
  readonly communicator?: Communicator | null;
  /** The rows of a chunk. By default they follow from the work per row. */
  readonly chunk?: number;
}

/** Evaluates a model on rows. */
export interface Evaluator {
  /** Returns the means over the chosen rows of all `parts`. Throws GraphError if the rows have no weight. */
  evaluate(parts: AsyncIterable<EvaluatedRows> | Iterable<EvaluatedRows>): Promise<Evaluation>;
  close(): Promise<void>;
}

/** Rows, and those of them that are evaluated. */
export interface EvaluatedRows {
  readonly rows: Rows;
  /** The evaluated rows. The same array always has the same rows. */
  readonly chosen: Int32Array;
}

/** Rows that go through a program together. */
interface Chunk {
  readonly feeds: Readonly<Record<string, Tensor>>;
  /** The weights of the rows; padding has 0. */
  readonly weights: Float64Array;
  /** The number of rows without padding. */
  readonly count: number;
}

/** Sums over rows. */
interface Sum {
  value: number;
  weight: number;
}

/** The name of the feed of weights. Padding has the weight 0. */
const weightsFeed = "row weights";

/** Returns an evaluator. It compiles its programs when they are first needed. */
export function evaluator(spec: EvaluatorSpec, store: Store): Evaluator {
  const programs = new Map<number, Promise<Program<Readonly<Record<string, Handle>>>>>();
  let built: { readonly size: number; readonly padded: boolean } | null = null;
  const planned = () => {
    if (built === null) {
      const { chunk, most, batchSize = 1 } = spec;
      const nodes = (rows: number) => Object.values(quantities(spec, store, rows));
      const size =
        chunk ?? Math.max(Math.min(batchSize, most), chunkRows(nodes, most, store.float));
      // A scalar cannot leave padding out, so the last chunk then has no padding.
      built = { size, padded: nodes(size).every(({ shape }) => shape.length > 0) };
    }
    return built;
  };
  const programOf = (size: number) => {
    const known = programs.get(size) ?? compile({ outputs: quantities(spec, store, size) }, store);
    programs.set(size, known);
    return known;
  };

  /** The chunks by their array of rows. A data set has the same chunks after every epoch. */
  const known = new WeakMap<Int32Array, readonly Chunk[]>();
  const chunksOf = (rows: Rows, chosen: Int32Array): readonly Chunk[] => {
    const found = known.get(chosen);
    if (found !== undefined) return found;
    const { size: limit, padded } = planned();
    const size = chunkSize(chosen.length, limit);
    const made: Chunk[] = [];
    for (let first = 0; first < chosen.length; first += size) {
      const own = chosen.subarray(first, first + size);
      made.push(chunkOf(rows, own, padded ? size : own.length));
    }
    known.set(chosen, made);
    return made;
  };

  const addChunk = async ({ feeds, weights, count }: Chunk, sums: Map<string, Sum>) => {
    const program = await programOf(weights.length);
    const own = program.plan.feeds.map(({ name }) => [name, feeds[name] as Tensor] as const);
    const handles = await program.run(Object.fromEntries(own));
    const read = async ([name, handle]: [string, Handle]) => [name, await handle.read()] as const;
    const values = new Map(await Promise.all(Object.entries(handles).map(read)));
    const counted = values.get(countedName)?.data();
    for (const [name, value] of values) {
      if (name === countedName) continue;
      const sum = sums.get(name) ?? { value: 0, weight: 0 };
      sums.set(name, sum);
      const data = value.data();
      const scalar = value.shape.length === 0;
      if (scalar && weights.some((weight) => weight !== weights[0])) throw weightedScalar(name);
      for (let at = 0; at < count; at++) {
        const own = name === rightName ? (counted?.[at] ?? 1) : 1;
        const weight = (weights[at] as number) * own;
        // A value without weight may be NaN.
        if (weight === 0) continue;
        sum.value += weight * (data[scalar ? 0 : at] as number);
        sum.weight += weight;
      }
    }
  };

  return {
    async evaluate(parts) {
      const sums = new Map<string, Sum>();
      for await (const { rows, chosen } of parts) {
        await pause();
        for (const chunk of chunksOf(rows, chosen)) {
          await addChunk(chunk, sums);
          await pause();
        }
      }
      const { communicator = null } = spec;
      if (communicator !== null) await addOverRanks(sums, communicator);
      return evaluationOf(sums);
    },
    close: async () => {
      // A program that failed to compile has nothing to close.
      const close = (program: Program<unknown>) => program.close();
      for (const program of programs.values()) await program.then(close, () => undefined);
      programs.clear();
    },
  };
}

/** Puts the sums over the rows of all ranks in the place of those of this rank. */
async function addOverRanks(sums: Map<string, Sum>, communicator: Communicator): Promise<void> {
  const names = [...sums.keys()].sort();
  const all = Float64Array.from(
    names.flatMap((name) => {
      const { value, weight } = sums.get(name) as Sum;
      return [value, weight];
    }),
  );
  await communicator.allreduce(all);
  names.forEach((name, at) => {
    sums.set(name, { value: all[2 * at] as number, weight: all[2 * at + 1] as number });
  });
}

/** Returns a chunk of the chosen rows. The last row is repeated as padding up to `length`. */
function chunkOf(rows: Rows, chosen: Int32Array, length: number): Chunk {
  const count = chosen.length;
  const padded = new Int32Array(length).fill(chosen[count - 1] as number);
  padded.set(chosen);
  const weights = new Float64Array(length);
  for (let at = 0; at < count; at++) weights[at] = rows.weight(padded[at] as number);
  return { feeds: { ...rows.feeds(padded), [weightsFeed]: tensor(weights) }, weights, count };
}

/** Returns the rows of a chunk, for as few equal chunks as the limit allows. So there is hardly any padding. */
function chunkSize(rows: number, limit: number): number {
  return Math.ceil(rows / Math.ceil(rows / limit));
}

const costName = "cost";
const rightName = "right";
const countedName = "counted";
const metricPrefix = "metric ";

function evaluationOf(sums: ReadonlyMap<string, Sum>): Evaluation {
  const mean = ({ value, weight }: Sum) => value / weight;
  const metrics = [...sums].filter(([name]) => name.startsWith(metricPrefix));
  const right = sums.get(rightName);
  return Object.freeze({
    cost: mean(sums.get(costName) ?? { value: Number.NaN, weight: 1 }),
    ...(right === undefined ? {} : { accuracy: mean(right) }),
    metrics: Object.freeze(
      Object.fromEntries(
        metrics.map(([name, sum]) => [name.slice(metricPrefix.length), mean(sum)]),
      ),
    ),
  });
}

/** Returns the quantities to read for a number of rows: [rows] each, or scalars. */
function quantities(
  { objective, metrics, form }: EvaluatorSpec,
  store: Store,
  rows: number,
): Record<string, Node> {
  const weights = input(weightsFeed, [rows]);
  const applier = applierOf({
    mode: "infer",
    rowWeights: weights,
    pathOf: (one) => store.pathOf(one),
  });
  const none = constant(0);
  const where = "fit, evaluation";
  const settings = { where, store, mode: "infer", step: none, progress: none } as const;
  const context = stepContext(applier, new Set<AnyModule>(), settings);
  const batch = form.nodes(inputsOf(form.feeds(rows)));
  const { output, loss } = objectiveOf(objective, batch, context);
  const { likelihood } = objective;
  const hits = likelihood === null ? null : hitsOf(likelihood, batch.targets, output);
  const own = Object.entries(metrics).map(([name, of]) => {
    const value = of(output as never, batch.targets as never);
    checkQuantity(`metrics.${name}`, value, rows);
    return [metricPrefix + name, value] as const;
  });
  checkQuantity("loss", loss, rows);
  return {
    [costName]: loss,
    ...(hits === null ? {} : { [rightName]: hits.right }),
    ...(hits === null || hits.counted === null ? {} : { [countedName]: hits.counted }),
    ...Object.fromEntries(own),
  };
}

function weightedScalar(name: string): GraphError {
  return new GraphError({
    where: `fit, ${name === costName ? "loss" : `metrics.${name.slice(metricPrefix.length)}`}`,
    must: "it must give a value per sample, [n], where samples have weights",
    got: "a scalar",
    todo: "leave the mean over the rows to fit",
  });
}

function checkQuantity(name: string, value: Node, rows: number): void {
  const fits =
    isNode(value) &&
    (value.shape.length === 0 || (value.shape.length === 1 && value.shape[0] === rows));
  if (fits) return;
  throw new GraphError({
    where: `fit, ${name}`,
    must: `it must give a value per sample, [${rows}] here, or a scalar`,
    got: isNode(value) ? showShape(value.shape) : typeof value,
    todo: "sum over the other axes",
  });
}
