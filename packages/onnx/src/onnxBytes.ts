import { cast, type InputAttrs, input, isNode, type Node } from "@metrigrad/graph";
import { type AnyModule, applierOf, type Module, type NodeTree } from "@metrigrad/nn";
import {
  checkNames,
  DataError,
  GraphError,
  isTensor,
  mapTree,
  namedLeaves,
  ShapeError,
  type Store,
  type Tensor,
  type Tree,
  valueTypeOf,
} from "@metrigrad/tensor";
import { checkKnown, initializersOf } from "./known.ts";
import { type ForRows, merge } from "./merge.ts";
import { encodeModel } from "./proto/encode.ts";
import { translate } from "./translate.ts";

/**
 * Options of {@link onnxBytes}.
 *
 * @category Train: files and reports
 */
export interface OnnxOptions {
  /** The number of rows that the exported model takes; any number by default. */
  readonly rows?: number;
}

/** The largest file of Protocol Buffers. */
const mostBytes = 2 ** 31 - 1;

/** Numbers of rows that seldom divide another size. The graph of each of them is translated, and they are compared. */
const trials = [61, 67, 71];

/** The name of the free size. */
const rowsName = "rows";

/**
 * Returns a model for inference as the bytes of an ONNX file, with the values that the store has.
 *
 * What depends on no input is computed now. All floats of the file have 32 bits. The number of rows is free, unless a module
 * depends on it in another way than by sizes, or `rows` fixes it. All other sizes are those of the given inputs.
 *
 * An input has the name of its path in the tree: `query` in `{ query, memory }`. If there is one input, it is `input`. The same holds
 * for `output`. For a last step after the model, such as a soft-max, export `sequential(model, lambda(softmax))`.
 *
 * {@includeCode ../../../examples/api/onnx/onnxBytes.ts#example}
 *
 * @param model - The module.
 * @param store - The store that has the model's values.
 * @param inputs - Tensors [rows, …] in the form of the model's input. Only their shapes and types count.
 * @param options - The number of rows, if it is to be fixed.
 * @returns A promise of the file. It uses version 17 of ONNX's operators.
 * @throws A {@link GraphError} if an option is unknown or out of range, if the store does not have the model, or if ONNX does not
 *   have an op. Also if the rows are free and the model depends on their number.
 * @throws A {@link ShapeError} if the inputs do not fit the model, or have no axis of rows.
 * @throws A {@link DataError} if the file has more than 2 GiB.
 * @category Train: files and reports
 */
export async function onnxBytes<In, Out>(
  model: Module<In, Out>,
  store: Store,
  inputs: Tree<Tensor>,
  options: OnnxOptions = {},
): Promise<Uint8Array> {
  checkNames("onnxBytes", options, ["rows"], GraphError);
  const { rows } = options;
  checkRows(rows);
  checkModel(model as unknown as AnyModule, store);
  const own = model as unknown as AnyModule;
  const all = (rows === undefined ? trials : [rows]).map((count): ForRows => {
    const free = rows === undefined ? count : null;
    return {
      rows: count,
      translated: translate({ ...sourceOf(own, store, inputs, count), rows: free }),
    };
  });
  const translated = rows === undefined ? merge(all, rowsName) : (all[0] as ForRows).translated;
  await checkKnown(all, store);
  const initializers = await initializersOf(translated, store);
  const bytes = initializers.reduce((sum, { data }) => sum + data.length, 0);
  if (bytes < mostBytes - 2 ** 24) return encodeModel(translated.graph, initializers);
  throw new DataError({
    where: "onnxBytes",
    must: "a file may have 2 GiB",
    got: `${bytes} bytes of values`,
    todo: "export parts of the model",
  });
}

/** Applies the model to inputs with a number of rows. */
function sourceOf(model: AnyModule, store: Store, given: Tree<Tensor>, rows: number) {
  const inputs = new Map<string, Node<InputAttrs>>();
  for (const [path, { shape, dtype }] of namedLeaves(given, isTensor)) {
    const name = path === "" ? "input" : path;
    if (shape.length === 0) throw withoutRows(name);
    inputs.set(path, input(name, [rows, ...shape.slice(1)], valueTypeOf(dtype)));
  }
  const x = mapTree(given, isTensor, (_, path) => {
    const node = inputs.get(path) as Node;
    return node.type === "bool" || node.type === "f16" ? cast(node, "float") : node;
  }) as NodeTree;
  const pathOf = (spec: Parameters<Store["pathOf"]>[0]) => store.pathOf(spec);
  const applier = applierOf({ mode: "infer", rowWeights: null, pathOf });
  const { response } = applier.apply(model, x);
  const taken = new Set([...inputs.values()].map(({ attrs }) => attrs.name));
  const outputs = namedLeaves<Node>(response, isNode).map(([path, node]) => {
    const name = path === "" ? "output" : path;
    // An output may have the name of an input, such as a state that goes in and out.
    return [taken.has(name) ? `${name}/out` : name, node] as const;
  });
  return { inputs: [...inputs.values()], outputs };
}

function withoutRows(name: string): ShapeError {
  return new ShapeError({
    where: "onnxBytes",
    must: "inputs must have an axis of rows",
    got: `a number for ${name}`,
    todo: "pass tensors like those for predict: tensor([[1, 2]])",
  });
}

/** Throws GraphError unless the number of rows is free or a count. */
function checkRows(rows: number | undefined): void {
  if (rows === undefined || (Number.isInteger(rows) && rows >= 1)) return;
  throw new GraphError({
    where: "onnxBytes",
    must: "rows must be a positive integer",
    got: String(rows),
    todo: "leave it out, so that the model takes any number of rows",
  });
}

/** Throws GraphError if there is no model, or if the store lacks one of its variables. */
function checkModel(model: AnyModule, store: Store): void {
  const isModel = model?.definition !== undefined;
  const lacking = isModel ? model.variables.find(({ spec }) => store.pathOf(spec) === null) : null;
  if (isModel && lacking === undefined) return;
  throw new GraphError({
    where: "onnxBytes",
    must: "its arguments must be a model and the store that has its values",
    got: isModel ? `a store without ${lacking?.path}` : `${typeof model} as a model`,
    todo: "make the store by backend.store(model), or pass run.store",
  });
}
