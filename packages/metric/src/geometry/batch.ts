import { cast, div, input, mean, mul, type Node } from "@metrigrad/graph";
import { type NodeTree, nodesOf } from "@metrigrad/nn";
import {
  checkNames,
  isTensor,
  leavesOf,
  MetricError,
  mapTree,
  ShapeError,
  showShape,
  type Tensor,
  type Tree,
  valueTypeOf,
} from "@metrigrad/tensor";

/**
 * Samples with what was observed on them, such as a split of a data set.
 *
 * @category Geometry
 */
export interface BatchOf {
  /** The inputs, with the samples on the first axis: [n, …]. */
  readonly inputs: Tree<Tensor>;
  /** The observed values. Masks and weights in them are held fixed in the likelihood. */
  readonly targets?: Tree<Tensor>;
  /** How much each sample counts, [n], as a share of their mean; by default all count the same. */
  readonly weights?: Tensor;
  /** The factor of stored inputs: one number for all leaves, or a number by the path of the leaf; 1 by default. */
  readonly inputScale?: number | Readonly<Record<string, number>>;
  /**
   * `"inputs"` if the observed values are the scaled inputs, as for an autoencoder. A split of a data set has this
   * field too.
   */
  readonly targetsAre?: "inputs";
}

/**
 * The samples of a batch: inputs [n, …] as a tensor or a tree of tensors, or an object with `inputs`.
 *
 * @category Geometry
 */
export type Batch = Tree<Tensor> | BatchOf;

/** Values for the inputs of a program. */
export type TensorFeeds = Readonly<Record<string, Tensor>>;

/** A batch as nodes, with the values to feed them with. */
export interface BatchInput {
  readonly x: NodeTree;
  /** The observed values; null if the batch has none. */
  readonly y: NodeTree | null;
  /** The weights of the samples, [n], with mean 1; null if all count the same. */
  readonly weights: Node | null;
  readonly rows: number;
  readonly feeds: TensorFeeds;
}

/** Turns a batch into nodes. Integers stay integers. Throws ShapeError and MetricError. */
export function batchInput(where: string, batch: Batch): BatchInput {
  const whole = typeof batch === "object" && batch !== null && "inputs" in batch;
  if (whole) checkNames(`${where}, batch`, batch, batchNames, MetricError);
  const given = (whole ? batch : { inputs: batch }) as BatchOf;
  const { inputs, targets, weights, inputScale = 1, targetsAre } = given;
  const own = treeInput(`${where}, inputs`, "metric/inputs", inputs);
  const scaleOf = (path: string) =>
    typeof inputScale === "number" ? inputScale : (inputScale[path] ?? 1);
  const x = mapTree(own.nodes as NodeTree, isNodeLike, (node, path) => {
    const scale = scaleOf(path);
    if (scale !== 1) return mul(cast(node, "float"), scale);
    return node.type === "u8" || node.type === "bool" ? cast(node, "float") : node;
  }) as NodeTree;
  const rows = nodesOf(x)[0]?.shape[0] ?? 0;
  const observed = targetsAre === "inputs" ? undefined : targets;
  const other =
    observed === undefined
      ? null
      : treeInput(`${where}, targets`, "metric/targets", observed, rows);
  const counts = weights === undefined ? null : weightsInput(`${where}, weights`, weights, rows);
  const feeds = { ...own.feeds, ...other?.feeds, ...counts?.feeds };
  const y = targetsAre === "inputs" ? x : (other?.nodes ?? null);
  return { x, y, weights: counts?.mean ?? null, rows, feeds };
}

const batchNames = ["inputs", "targets", "weights", "inputScale", "targetsAre"];

/** Turns the weights of samples into shares of their mean. Throws ShapeError and MetricError. */
function weightsInput(where: string, weights: Tensor, rows: number) {
  const { nodes, feeds } = treeInput(where, "metric/weights", weights, rows);
  const counts = nodes as Node;
  const values = [...weights.data()];
  const some = values.some((value) => value > 0);
  if (
    counts.shape.length !== 1 ||
    !some ||
    !values.every((value) => value >= 0 && value < Infinity)
  ) {
    throw new MetricError({
      where,
      must: `they must be [${rows}], finite, 0 or more, and not all 0`,
      got: `${showShape(weights.shape)} with ${values.find((value) => !(value > 0)) ?? values[0]}`,
      todo: "pass one number per sample, or leave them out",
    });
  }
  const floats = counts.type === "float" ? counts : cast(counts, "float");
  return { mean: div(floats, mean(floats)), feeds };
}

function isNodeLike(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "op" in value;
}

/** Turns a tree of tensors into inputs of a program, all with the same number of samples. Halves become floats. Throws ShapeError. */
export function treeInput(
  where: string,
  name: string,
  tree: Tree<Tensor>,
  rows?: number,
): { readonly nodes: NodeTree; readonly feeds: TensorFeeds } {
  const [first] = valuesOf(where, tree);
  const samples = rows ?? first?.shape[0] ?? 0;
  const feeds: Record<string, Tensor> = {};
  const nodes = mapTree(tree, isTensor, (value, path) => {
    if (value.shape.length < 1 || value.shape[0] !== samples || samples === 0) {
      throw new ShapeError({
        where,
        must: `every value must be a tensor [${samples || "n"}, …], one row per sample, n ≥ 1`,
        got: `${showShape(value.shape)}${path === "" ? "" : ` at ${path}`}`,
        todo: "stack samples as rows: tensor([[…], […]])",
      });
    }
    const full = path === "" ? name : `${name}/${path}`;
    feeds[full] = value;
    const node = input(full, value.shape, valueTypeOf(value.dtype));
    return node.type === "f16" ? cast(node, "float") : node;
  });
  return { nodes: nodes as NodeTree, feeds };
}

function valuesOf(where: string, tree: Tree<Tensor>): readonly Tensor[] {
  try {
    return leavesOf(tree, isTensor);
  } catch {
    throw new ShapeError({
      where,
      must: "it must be a tensor [n, …], or a list or record of tensors",
      got: tree === null ? "null" : Array.isArray(tree) ? "a list of others" : String(tree),
      todo: "stack samples as rows: tensor([[…], […]])",
    });
  }
}
