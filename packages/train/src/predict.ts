import { gatherRows, type Reading, rowsOf } from "@metrigrad/data";
import { compile, input, isNode, type Node } from "@metrigrad/graph";
import {
  type AnyLaw,
  type AnyModule,
  applierOf,
  type Law,
  type Module,
  type NodeTree,
  namedNodes,
} from "@metrigrad/nn";
import {
  checkNames,
  GraphError,
  hostArray,
  isTensor,
  type MapTree,
  mapTree,
  pause,
  ShapeError,
  type Store,
  showShape,
  storedType,
  type Tensor,
  type Tree,
  tensor,
} from "@metrigrad/tensor";
import { feedTree, inputsOf, leafFeeds, leafValues, scaledInputs } from "./data/reading.ts";
import { chunkRows } from "./host/chunkRows.ts";
import { checkStored } from "./step/context.ts";

/**
 * Options of {@link predict}.
 *
 * @category Train
 */
export interface PredictOptions<Out = Node, Y = Node> {
  /**
   * The number of rows that go through the model together. By default it follows from the work per row. Results do
   * not depend on it.
   */
  readonly batchSize?: number;
  /**
   * The factor that stored inputs are multiplied by: pass `data.inputScale` of the data set. A split of a data set
   * brings its own.
   */
  readonly inputScale?: Reading["inputScale"] | undefined;
  /**
   * The law whose most probable response is returned in place of the model's output: labels or values. None by
   * default.
   */
  readonly likelihood?: Law<Out, Y>;
  /** A signal that ends the call before the next rows. The call then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * The inputs of {@link predict}: a tree of tensors, or a split of a data set.
 *
 * @category Train
 */
export type PredictInputs =
  | Tree<Tensor>
  | (Reading & { readonly inputs: Tree<Tensor>; readonly targets: Tree<Tensor> });

/**
 * Applies a model to rows of inputs in inference mode. The number of rows is free, since they go through the model in
 * chunks.
 *
 * {@includeCode ../../../examples/api/train/predict.ts#example}
 *
 * @param model - The module.
 * @param store - The store that has the model's values, for example `run.store`.
 * @param inputs - Leaves [rows, …] in the form of the model's input, or a split with `inputs` and `targets`.
 * @param options - `inputScale` if `inputs` is not a split of the data set, `likelihood` for its most probable
 *   responses, `batchSize`, and `signal`.
 * @returns A promise of leaves [rows, …] in the form of the model's output, or of the law's response.
 * @throws {@link GraphError} if an option is unknown or out of range, or if the store does not have the model.
 * @throws {@link DataError} if the leaves have different numbers of rows.
 * @throws {@link ShapeError} if an output does not have one value per row, or if the inputs do not fit the model.
 * @category Train
 */
export async function predict<In, Out, Y = Out>(
  model: Module<In, Out>,
  store: Store,
  inputs: PredictInputs,
  options: PredictOptions<Out, Y> = {},
): Promise<MapTree<NoInfer<Y>, Node, Tensor>> {
  checkNames("predict", options, ["batchSize", "inputScale", "likelihood", "signal"], GraphError);
  const whole = model as unknown as AnyModule;
  checkStored("predict", whole, store);
  const { batchSize, likelihood, signal } = options;
  const split = isSplit(inputs) ? inputs : null;
  const given = split === null ? (inputs as Tree<Tensor>) : split.inputs;
  const { inputScale = split?.inputScale } = options;
  const n = rowsOf(given);
  const law = (likelihood ?? null) as AnyLaw | null;
  const reading: Reading = inputScale === undefined ? {} : { inputScale };
  const build = (rows: number) => outputOf(whole, store, given, reading, law, rows);
  const nodesFor = (rows: number) => namedNodes(build(rows)).map(([, node]) => node);
  await pause();
  const size = sizeFor(batchSize, n, nodesFor, store);
  await pause();
  const output = build(size);
  const nodes = namedNodes(output);
  for (const [path, node] of nodes) checkRows(path, node, size);
  const program = await compile({ outputs: nodes.map(([, node]) => node) }, store);
  try {
    const results = nodes.map(([, { shape, type }]) => {
      const row = shape.slice(1);
      const dtype = storedType(type, store.float);
      return {
        shape: [n, ...row],
        dtype,
        row: row.reduce((a, b) => a * b, 1),
        data: hostArray(dtype, n * row.reduce((a, b) => a * b, 1)),
      };
    });
    const used = new Set(program.plan.feeds.map(({ name }) => name));
    for (let first = 0; first < n; first += size) {
      signal?.throwIfAborted();
      // The last chunk is filled up with copies of the last row.
      const rows = Int32Array.from({ length: size }, (_, at) => Math.min(first + at, n - 1));
      const feeds = leafValues("inputs", gatherRows(given, rows) as Tree<Tensor>);
      const own = Object.entries({ ...feeds, [weightsFeed]: weightsFor(rows, first, n) });
      const handles = await program.run(Object.fromEntries(own.filter(([name]) => used.has(name))));
      for (const [at, handle] of handles.entries()) {
        const { data, row } = results[at] as (typeof results)[number];
        const values = (await handle.read()).data();
        data.set(values.subarray(0, Math.min(size, n - first) * row), first * row);
      }
      await pause();
    }
    let next = 0;
    return mapTree(output, isNode, () => {
      const { data, shape, dtype } = results[next++] as (typeof results)[number];
      return tensor(data, { shape, dtype });
    }) as MapTree<NoInfer<Y>, Node, Tensor>;
  } finally {
    await program.close();
  }
}

/** The name of the feed of weights. Padding has the weight 0. */
const weightsFeed = "row weights";

function weightsFor(rows: Int32Array, first: number, n: number): Tensor {
  return tensor(Float32Array.from(rows, (_, at) => (first + at < n ? 1 : 0)));
}

/** Returns the model's output for a number of rows, or the law's most probable response. */
function outputOf(
  model: AnyModule,
  store: Store,
  inputs: Tree<Tensor>,
  reading: Reading,
  law: AnyLaw | null,
  rows: number,
): NodeTree {
  const feeds = inputsOf(leafFeeds("inputs", inputs, rows));
  const x = scaledInputs(feedTree("inputs", inputs, feeds), reading);
  const rowWeights = input(weightsFeed, [rows]);
  const applier = applierOf({ mode: "infer", rowWeights, pathOf: (spec) => store.pathOf(spec) });
  const { response } = applier.apply(model, x);
  return law === null ? response : (law.predict(response) as NodeTree);
}

function sizeFor(
  batchSize: number | undefined,
  n: number,
  nodes: (rows: number) => readonly Node[],
  store: Store,
): number {
  if (batchSize === undefined) return chunkRows(nodes, n, store.float);
  if (Number.isInteger(batchSize) && batchSize >= 1) return Math.min(batchSize, Math.max(1, n));
  throw new GraphError({
    where: "predict",
    must: "batchSize must be a positive integer",
    got: String(batchSize),
    todo: "leave it out",
  });
}

function isSplit(
  value: PredictInputs,
): value is Reading & { inputs: Tree<Tensor>; targets: Tree<Tensor> } {
  if (isTensor(value) || Array.isArray(value)) return false;
  return "inputs" in value && "targets" in value;
}

function checkRows(path: string, { shape }: Node, rows: number): void {
  if (shape[0] === rows) return;
  throw new ShapeError({
    where: "predict",
    must: `the output${path === "" ? "" : ` ${path}`} must have a value per row, [${rows}, …] for ${rows} rows`,
    got: showShape(shape),
    todo: "apply the model by applyModel, and read it by evaluate",
  });
}
