import { isNode, type Node, type NodeLike } from "@metrigrad/graph";
import { asNodeTree, type NodeTree, nodesOf } from "@metrigrad/nn";
import {
  GraphError,
  type MapTree,
  mapTree,
  type Store,
  type Tensor,
  type Tree,
} from "@metrigrad/tensor";
import { evaluate } from "../evaluate.ts";
import { partLoss } from "../responses/partLoss.ts";
import type { Ending, SolveEvent } from "./events.ts";
import { inferred } from "./inferred.ts";
import { isModule, type Solvable } from "./model.ts";
import type { ResidentPoints } from "./residentPoints.ts";

/** Points of `at` as nodes. */
export type NodesAt<P> = P extends NodeLike ? Node : MapTree<P, Tensor, Node>;

/** A run that has ended: the solution as it stands. */
export interface Solved<U> {
  /** Where the values live. */
  readonly store: Store;
  /** What was looked at, step by step. */
  readonly history: readonly SolveEvent[];
  /** Steps done, those before this run included. */
  readonly steps: number;
  readonly endedBy: Ending;
  /** The losses of the parts as they stand, with their weights, at the points of the last step. */
  losses(): Promise<Readonly<Record<string, number>>>;
  /**
   * The solution at points.
   * @param points - Values [n, d], or the tree of values that `of` takes.
   * @param of - What is evaluated there, such as (u, x) => gradient(u, x); u itself by default.
   * @returns Values in the form of what `of` gives.
   */
  at<const P extends NodeLike | Tree<Tensor>, Out extends NodeTree = Node>(
    points: P,
    of?: (u: U, at: NodesAt<P>) => Out,
  ): Promise<MapTree<Out, Node, Tensor>>;
  /** The points of a part, as they are, in the form of its `at`. Throws GraphError for a part that there is not. */
  points(part: string): Promise<Tree<Tensor>>;
  /** Frees the points, and the store unless it was given. */
  close(): Promise<void>;
}

/** What a run leaves. */
export interface Ended {
  readonly where: string;
  readonly store: Store;
  readonly ownStore: boolean;
  readonly model: Solvable;
  readonly resident: ResidentPoints;
  readonly history: readonly SolveEvent[];
  readonly steps: number;
  readonly endedBy: Ending;
}

/** A run that has ended as its user sees it. */
export function solvedBy<U>(ended: Ended): Solved<U> {
  const { where, store, model, resident } = ended;
  return Object.freeze({
    store,
    history: ended.history,
    steps: ended.steps,
    endedBy: ended.endedBy,
    losses: async () => {
      const u = inferred(model, store);
      const named = resident.parts.map((one) => [one.name, partLoss(where, one, u, null)] as const);
      const values = await evaluate(Object.fromEntries(named), { store });
      return Object.fromEntries(named.map(([name]) => [name, (values[name] as Tensor).item()]));
    },
    at: async (points, of) => {
      const u = inferred(model, store);
      if (of === undefined && !isModule(model)) throw whichOne(Object.keys(model));
      const x = asNodeTree(points);
      const apply = (of ?? ((f: (x: NodeTree) => NodeTree, at: NodeTree) => f(at))) as (
        u: unknown,
        at: NodeTree,
      ) => NodeTree;
      const found = apply(u, x);
      const values = [...(await evaluate(nodesOf(found), { store }))];
      return mapTree(found, isNode, () => values.shift() as Tensor) as never;
    },
    points: async (part) => {
      const names = resident.parts.map(({ name }) => name);
      if (!names.includes(part)) throw noPart(part, names);
      return resident.read(part);
    },
    close: async () => {
      await resident.close();
      if (ended.ownStore) await store.close();
    },
  } satisfies Solved<U>);
}

function whichOne(names: readonly string[]): GraphError {
  return new GraphError({
    where: "run.at",
    must: "what is evaluated must be said where the model has several modules",
    got: names.join(", "),
    todo: `pass for example at(points, ({ ${names[0]} }, x) => ${names[0]}(x))`,
  });
}

function noPart(part: string, names: readonly string[]): GraphError {
  return new GraphError({
    where: "run.points",
    must: `the part must be among ${names.join(", ")}`,
    got: String(part),
    todo: "correct the name",
  });
}
