import {
  concat,
  fromRank,
  type Node,
  type Ranks,
  replaceNodes,
  slice,
  topological,
  type Update,
} from "@metrigrad/graph";
import { type Network, sizeOf } from "@metrigrad/tensor";
import type { Whole } from "./cut.ts";
import { exchangesOf } from "./levels.ts";
import { type Region, regionsOf } from "./regions.ts";

/** A network whose messages take as long as those between processes of one machine. */
export const localNetwork: Network = Object.freeze({ latency: 2e-5, bandwidth: 1e9 });

/** Multiply-adds in a second that one rank does. Like the network it only says what is worth an exchange. */
const rate = 1e10;

/** The bytes of a number that is exchanged. */
const numberBytes = 4;

/** What one rank computes: a region, or its matrices from `from` to `to`. */
interface Task {
  readonly region: Region;
  readonly range: readonly [from: number, to: number] | null;
  readonly work: number;
}

/**
 * Deals out what all ranks would compute alike: the solves of blocks, inverses, eigenvectors. Each region with much work is computed by
 * one rank, which gives its results to all; regions of many matrices are shared out by matrices.
 *
 * It is worth the exchange if the work that a rank is spared takes longer, by a fixed rate and the speed of the network
 * (Pauloski et al. 2021, "KAISA", section 3). Nothing is measured, so all ranks and all runs deal alike.
 */
export function dealOut(whole: Whole, ranks: Ranks, network: Network = localNetwork): Whole {
  if (ranks.size === 1) return whole;
  const roots = [...whole.outputs, ...whole.updates.flatMap(([, ...values]) => values as Node[])];
  const order = topological(roots);
  const worth = regionsOf(roots, order).filter((region) => {
    const spared = (region.work / rate) * (1 - 1 / ranks.size);
    return spared > bytesOf(region) / network.bandwidth;
  });
  const tasks = worth.flatMap((region) => tasksOf(region, ranks.size));
  const { owners, most } = ownersOf(tasks, ranks.size);
  const now = rewritten(roots, worth, tasks, owners, ranks);
  const all = tasks.reduce((sum, { work }) => sum + work, 0);
  const bytes = worth.reduce((sum, region) => sum + bytesOf(region), 0);
  const rounds = exchangesOf(now) - exchangesOf(roots);
  const perRound = network.latency * Math.ceil(Math.log2(ranks.size));
  const spent = Math.max(1, rounds) * perRound + bytes / network.bandwidth;
  if ((all - most) / rate <= spent) return whole;
  const outputs = now.slice(0, whole.outputs.length);
  let next = outputs.length;
  const updates = whole.updates.map(([target, , when]): Update => {
    const value = now[next++] as Node;
    return when === undefined ? [target, value] : [target, value, now[next++] as Node];
  });
  return { outputs, updates };
}

function bytesOf({ results }: Region): number {
  return numberBytes * results.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** Shares a region out by its matrices if it consists of as many independent ones. */
function tasksOf(region: Region, size: number): readonly Task[] {
  const count = matricesOf(region);
  if (count === null) return [{ region, range: null, work: region.work }];
  const parts = Math.min(size, count);
  return Array.from({ length: parts }, (_, part) => {
    const [from, to] = [
      Math.floor((part * count) / parts),
      Math.floor(((part + 1) * count) / parts),
    ];
    return { region, range: [from, to], work: (region.work * (to - from)) / count };
  });
}

/** Ops that treat the matrices along leading axes one by one. */
const byMatrix = new Set(["cholesky", "triangularSolve", "gram", "matmul", "eigh", "pick"]);

/** The number of matrices along the first axis that no node of a region mixes; null if it cannot be shared out. */
function matricesOf({ nodes, results }: Region): number | null {
  const [count = 1] = (results[0] as Node).shape;
  const alike = nodes.every(({ op, shape }) => byMatrix.has(op.name) && shape[0] === count);
  const stacks = nodes.every(({ op, shape }) => op.name === "pick" || shape.length > 2);
  return count > 1 && alike && stacks && inputsOf(nodes).every((one) => canSlice(one, count))
    ? count
    : null;
}

/** The values from outside that nodes read. */
function inputsOf(nodes: readonly Node[]): readonly Node[] {
  const own = new Set(nodes);
  return [...new Set(nodes.flatMap(({ inputs }) => inputs))].filter((one) => !own.has(one));
}

/** Whether a value has a row for each matrix, or is the same for all. */
function canSlice({ shape }: Node, count: number): boolean {
  return hasRows(shape, count) || shape.length === 0 || (shape.length === 2 && shape[0] !== count);
}

function hasRows(shape: readonly number[], count: number): boolean {
  return shape[0] === count && shape.length !== 2;
}

/** Gives each task to a rank: the largest first, to the rank with least so far. `most` is the work of the busiest rank. */
function ownersOf(
  tasks: readonly Task[],
  size: number,
): { readonly owners: ReadonlyMap<Task, number>; readonly most: number } {
  const loads = new Array<number>(size).fill(0);
  const owners = new Map<Task, number>();
  for (const task of [...tasks].sort((a, b) => b.work - a.work)) {
    const owner = loads.indexOf(Math.min(...loads));
    loads[owner] = (loads[owner] as number) + task.work;
    owners.set(task, owner);
  }
  return { owners, most: Math.max(...loads) };
}

/** Returns the roots with the results of all regions given by the ranks that own them. */
function rewritten(
  roots: readonly Node[],
  regions: readonly Region[],
  tasks: readonly Task[],
  owners: ReadonlyMap<Task, number>,
  ranks: Ranks,
): readonly Node[] {
  const replaced = new Map<Node, Node>();
  for (const region of regions) {
    const { results, nodes } = region;
    const parts = tasks
      .filter((task) => task.region === region)
      .map((task) => {
        const { range } = task;
        const slices = new Map(replaced);
        if (range !== null) {
          for (const one of inputsOf(nodes)) {
            if (!hasRows(one.shape, matricesOf(region) as number)) continue;
            const [now] = replaceNodes([one], replaced) as [Node];
            slices.set(one, slice(now, [range]));
          }
        }
        const owner = owners.get(task) as number;
        return replaceNodes(results, slices).map((value) => fromRank(value, owner, ranks));
      });
    results.forEach((result, at) => {
      const own = parts.map((part) => part[at] as Node);
      replaced.set(result, own.length === 1 ? (own[0] as Node) : concat(own, 0));
    });
  }
  return replaceNodes(roots, replaced);
}
