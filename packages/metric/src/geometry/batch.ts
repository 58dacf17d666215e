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

/** Samples with what was observed on them, such as a split of a data set. */
export interface BatchOf {
  /** Samples first: [n, …]. */
  readonly inputs: Tree<Tensor>;
  /** What was observed: masks and weights in it are held fixed in the likelihood. */
  readonly targets?: Tree<Tensor>;
  /** How much each sample counts, of shape [n], as a share of their mean; all alike by default. */
  readonly weights?: Tensor;
  /** What stored inputs are multiplied by, by path of the leaf or for all of them. */
  readonly inputScale?: number | Readonly<Record<string, number>>;
  /** There where what was observed are the inputs, scaled too, as a split of a data set says it. */
  readonly targetsAre?: "inputs";
}

/** Inputs [n, …], a tensor or a tree of them; alone, or as the member of a batch. */
export type Batch = Tree<Tensor> | BatchOf;

/** Values for inputs of a program. */
export type TensorFeeds = Readonly<Record<string, Tensor>>;

/** A batch as nodes, and the values to feed them with. */
export interface BatchInput {
  readonly x: NodeTree;
  /** Null where the batch has none. */
  readonly y: NodeTree | null;
  /** Weights of the samples [n] with mean 1; null where all count alike. */
  readonly weights: Node | null;
  readonly rows: number;
  readonly feeds: TensorFeeds;
}

/** A batch as nodes; integers stay integers. Throws ShapeError and MetricError. */
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

/** Weights of samples as shares of their mean. Throws ShapeError and MetricError. */
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

/** A tree of tensors as inputs of a program, all of as many samples. Throws ShapeError. */
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
    return input(full, value.shape, valueTypeOf(value.dtype));
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
