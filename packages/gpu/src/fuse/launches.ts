import type { PlainStep, Step } from "@metrigrad/tensor";
import { lowerStep } from "../step/table.ts";
import { Page } from "../webgpu/page.ts";
import type { Dispatch, Launch, Memory, Shares } from "../wgsl/kernel.ts";
import { type Bundle, bundles, isLone, mostWords } from "./bundles.ts";
import { cutLaunch } from "./cut.ts";
import { placeScratch, withScratch } from "./scratch.ts";
import { together } from "./together.ts";

/** Items that are repeated. */
export interface Repeated<T> {
  readonly turns: number;
  readonly body: readonly Ordered<T>[];
}

/** An item, or a loop around items. */
export type Ordered<T> = T | Repeated<T>;

/** The bytes up to which a step has scratch of its own, so that it may run beside others that have some. */
const mostOwn = 2 ** 20;

/** The words of parameters of a launch that all turns of a loop may have together: a bundle has its own for each turn. */
const mostLoopWords = 2 ** 21;

/**
 * Lowers steps to launches, as few as possible: dispatches that do not depend on each other share one.
 *
 * Steps with much scratch all have the same, one after the other, so that programs do not take more memory. All do if the
 * scratch does not fit into one page otherwise.
 */
export function launchesOf(
  steps: readonly Step[],
  memory: Memory,
  buffers: number,
): readonly Ordered<Launch>[] {
  return (
    tryLaunches(steps, memory, buffers, mostOwn) ?? tryLaunches(steps, memory, buffers, 0) ?? []
  );
}

function tryLaunches(
  steps: readonly Step[],
  memory: Memory,
  buffers: number,
  most: number,
): readonly Ordered<Launch>[] | null {
  const { scratch } = memory;
  const own = new Set<Page>();
  const lower = (step: PlainStep, shares: Shares): readonly Dispatch[] => {
    const page = new Page("scratch of a step");
    let dispatches = lowerStep(step, { ...memory, scratch: page });
    if (page.bytes > most) dispatches = lowerStep(step, memory);
    else own.add(page);
    return dispatches.map((dispatch) => ({ ...dispatch, shares }));
  };
  const home = (page: Page) => (own.has(page) ? scratch : page);
  const all: Bundle[] = [];
  /** Orders steps: those of the plan, or those inside the loop that is the plan's step `loop` and has so many turns. */
  const ordered = (
    list: readonly Step[],
    loop: number | null,
    turns: number,
  ): Ordered<Bundle>[] => {
    const words = Math.min(mostWords, Math.floor(mostLoopWords / turns));
    const made: Ordered<Bundle>[] = [];
    let open: Dispatch[] = [];
    const close = () => {
      const next = bundles(open, { buffers, words, home });
      open = [];
      made.push(...next);
      all.push(...next);
    };
    list.forEach((step, at) => {
      const index = loop ?? at;
      if (step.kind !== "loop") {
        open.push(...lower(step, new Map([[index, 1]])));
        return;
      }
      close();
      made.push({ turns: step.turns, body: ordered(step.body, index, turns * step.turns) });
    });
    close();
    return made;
  };
  const order = ordered(steps, null, 1);
  const { starts, end } = placeScratch(all, (page) => own.has(page), scratch.bytes);
  if (end > memory.scratchBytes && most > 0) return null;
  scratch.bytes = end;
  const launch = (one: Ordered<Bundle>): readonly Ordered<Launch>[] => {
    if ("turns" in one) return [{ turns: one.turns, body: one.body.flatMap(launch) }];
    const members = one.members.map((member) => withScratch(member, starts, scratch));
    const [first] = members as [Dispatch, ...Dispatch[]];
    return isLone({ ...one, members }) ? cutLaunch(first) : [together({ ...one, members })];
  };
  return order.flatMap(launch);
}

/** Returns the number of launches of one run. */
export function countOf(order: readonly Ordered<Launch>[]): number {
  return order.reduce((sum, one) => sum + ("turns" in one ? one.turns * countOf(one.body) : 1), 0);
}

/** Returns the part of each of the plan's steps in a launch, or in a loop, which is one step. */
export function sharesOf(one: Ordered<Launch>): Shares {
  if (!("turns" in one)) return one.shares ?? new Map();
  return one.body.map(sharesOf).find(({ size }) => size > 0) ?? new Map();
}
