import {
  concat,
  fromRank,
  type Node,
  type Ranks,
  replaceNodes,
  slice,
  topological,
} from "@metrigrad/graph";
import { type Network, sizeOf } from "@metrigrad/tensor";
import { exchangesOf } from "./levels.ts";
import { type Region, regionsOf } from "./regions.ts";
import { inStacks, type Stacks } from "./stacks.ts";
import { valuesOf, type Whole, withValues } from "./whole.ts";

/** A network whose messages take as long as those between processes of one machine. */
export const localNetwork: Network = Object.freeze({ latency: 2e-5, bandwidth: 1e9 });

/** Multiply-adds in a second that one rank does. Like the network it only says what is worth an exchange. */
const rate = 1e10;

/** The bytes of a number that is exchanged. */
const numberBytes = 4;

/** What one rank computes: a region, or its matrices from `from` to `to`. */
interface Task {
  readonly region: Region;
  /** How the region can be shared out by matrices; null if it is not. */
  readonly stacks: Stacks | null;
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
  const roots = valuesOf(whole);
  const order = topological(roots);
  const worth = regionsOf(roots, order).filter((region) => {
    const spared = (region.work / rate) * (1 - 1 / ranks.size);
    return spared > bytesOf(region) / network.bandwidth;
  });
  if (worth.length === 0) return whole;
  const tasks = worth.flatMap((region) => tasksOf(region, ranks.size));
  const { owners, most } = ownersOf(tasks, Math.min(ranks.size, tasks.length));
  const now = rewritten(roots, worth, tasks, owners, ranks);
  const all = tasks.reduce((sum, { work }) => sum + work, 0);
  const bytes = worth.reduce((sum, region) => sum + bytesOf(region), 0);
  const rounds = exchangesOf(now) - exchangesOf(roots);
  const perRound = network.latency * Math.ceil(Math.log2(ranks.size));
  const spent = Math.max(1, rounds) * perRound + bytes / network.bandwidth;
  if ((all - most) / rate <= spent) return whole;
  return withValues(whole, now);
}

function bytesOf({ results }: Region): number {
  return numberBytes * results.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** Shares a region out by its matrices if it consists of as many independent ones. */
function tasksOf(region: Region, size: number): readonly Task[] {
  const stacks = inStacks(region);
  if (stacks === null) return [{ region, stacks, range: null, work: region.work }];
  const { count } = stacks;
  const parts = Math.min(size, count);
  return Array.from({ length: parts }, (_, part) => {
    const [from, to] = [
      Math.floor((part * count) / parts),
      Math.floor(((part + 1) * count) / parts),
    ];
    return { region, stacks, range: [from, to], work: (region.work * (to - from)) / count };
  });
}

/** Gives each task to a rank: the largest first, to the rank with least so far. `most` is the work of the busiest rank. */
function ownersOf(
  tasks: readonly Task[],
  size: number,
): { readonly owners: ReadonlyMap<Task, number>; readonly most: number } {
  const loads = new Array<number>(size).fill(0);
  const owners = new Map<Task, number>();
  for (const task of [...tasks].sort((a, b) => b.work - a.work)) {
    const owner = loads.indexOf(loads.reduce((least, load) => Math.min(least, load)));
    loads[owner] = (loads[owner] as number) + task.work;
    owners.set(task, owner);
  }
  return { owners, most: loads.reduce((most, load) => Math.max(most, load)) };
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
    const { results } = region;
    const parts = tasks
      .filter((task) => task.region === region)
      .map((task) => {
        const { range, stacks } = task;
        const slices = new Map(replaced);
        if (range !== null) {
          for (const one of stacks?.sliced ?? []) {
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
