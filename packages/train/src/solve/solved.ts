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

/**
 * The type of the points of `at` as nodes.
 *
 * @category Residuals and differential equations
 */
export type NodesAt<P> = P extends NodeLike ? Node : MapTree<P, Tensor, Node>;

/**
 * The result of {@link solve}: the solution with its present parameters.
 *
 * @category Residuals and differential equations
 */
export interface Solved<U> {
  /** The store with the parameters and the optimizer's state. */
  readonly store: Store;
  /** The events of the steps whose loss was read, in their order. */
  readonly history: readonly SolveEvent[];
  /** The number of steps done, those before this run included. */
  readonly steps: number;
  /** The reason why the run ended. */
  readonly endedBy: Ending;
  /**
   * Computes the losses of the parts with the present parameters, at the points of the last step.
   *
   * @returns A promise of the loss of each part by name, multiplied by its weight.
   */
  losses(): Promise<Readonly<Record<string, number>>>;
  /**
   * Evaluates the solution at points.
   *
   * @param points - Values [n, d], or the tree of values that `of` takes.
   * @param of - What to evaluate there, such as `(u, x) => gradient(u, x)`; u itself by default. It is required if
   *   the model has several modules.
   * @returns A promise of the values, in the form of what `of` returns.
   */
  at<const P extends NodeLike | Tree<Tensor>, Out extends NodeTree = Node>(
    points: P,
    of?: (u: U, at: NodesAt<P>) => Out,
  ): Promise<MapTree<Out, Node, Tensor>>;
  /**
   * Reads the present points of a part. It rejects with a {@link GraphError} if there is no such part.
   *
   * @param part - The name of the part.
   * @returns A promise of the points, in the form of the part's `at`.
   */
  points(part: string): Promise<Tree<Tensor>>;
  /** Frees the points, and the store unless you passed it. */
  close(): Promise<void>;
}

/** The parts of a run that has ended. */
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

/** Returns the result of a run for its user. */
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
