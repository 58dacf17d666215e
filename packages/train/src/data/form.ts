import { type AnySplit, gatherRows, type Reading, rowsOf } from "@metrigrad/data";
import { gather, isNode, type Node, type Variable } from "@metrigrad/graph";
import type { NodeTree } from "@metrigrad/nn";
import { mapTree, type Store, type Tensor, type Tree, tensor } from "@metrigrad/tensor";
import type { FeedSpecs } from "../step/feeds.ts";
import { feedTree, leafFeeds, leafValues, scaledInputs } from "./reading.ts";
import { resident } from "./resident.ts";

/** The nodes of a batch in a graph. */
export interface BatchNodes {
  readonly inputs: NodeTree;
  readonly targets: NodeTree;
}

/** The feeds of a batch, and the nodes that a graph makes of them. */
export interface BatchForm {
  feeds(rows: number): FeedSpecs;
  nodes(feeds: Readonly<Record<string, Node>>): BatchNodes;
}

/** Rows of samples, and how they are fed. */
export interface Rows {
  readonly form: BatchForm;
  readonly count: number;
  /** Returns the feeds for chosen rows. */
  feeds(rows: Int32Array): Record<string, Tensor>;
  /** Returns the weight of a row. */
  weight(row: number): number;
}

/** Returns rows that live on a store. Their feeds are row indices. */
export async function residentRows(
  store: Store,
  name: string,
  split: AnySplit,
  reading: Reading,
): Promise<Rows & { release(): Promise<void> }> {
  const { trees, release } = await resident(store, name, [split.inputs, split.targets]);
  const [inputs, targets] = trees as [Tree<Variable>, Tree<Variable>];
  const taken = (tree: Tree<Variable>, rows: Node) =>
    mapTree(tree as NodeTree, isNode, (leaf) => gather(leaf, rows)) as NodeTree;
  const same = split.targetsAre === "inputs";
  return {
    form: {
      feeds: (rows) => ({ rows: { shape: [rows], type: "i32" } }),
      nodes: ({ rows }) => {
        const read = scaledInputs(taken(inputs, rows as Node), reading);
        return { inputs: read, targets: same ? read : taken(targets, rows as Node) };
      },
    },
    count: rowsOf(split),
    feeds: (rows) => ({ rows: tensor(rows) }),
    weight: weightsOf(split),
    release,
  };
}

/** Returns the form of batches whose feeds are the values of the rows. */
export function fedForm({ inputs, targets, targetsAre }: AnySplit, reading: Reading): BatchForm {
  const same = targetsAre === "inputs";
  return {
    feeds: (rows) => ({
      ...leafFeeds("inputs", inputs, rows),
      ...(same ? {} : leafFeeds("targets", targets, rows)),
    }),
    nodes: (feeds) => {
      const read = scaledInputs(feedTree("inputs", inputs, feeds), reading);
      return { inputs: read, targets: same ? read : feedTree("targets", targets, feeds) };
    },
  };
}

/** Returns rows that are on the host. Their feeds are values. */
export function fedRows(form: BatchForm, split: AnySplit): Rows {
  const same = split.targetsAre === "inputs";
  return {
    form,
    count: rowsOf(split),
    feeds: (rows) => ({
      ...leafValues("inputs", gatherRows(split.inputs, rows) as Tree<Tensor>),
      ...(same ? {} : leafValues("targets", gatherRows(split.targets, rows) as Tree<Tensor>)),
    }),
    weight: weightsOf(split),
  };
}

function weightsOf({ weights }: AnySplit): (row: number) => number {
  const values = weights?.data();
  return (row) => values?.[row] ?? 1;
}
