import type { Page } from "../webgpu/page.ts";
import type { Dispatch } from "../wgsl/kernel.ts";
import { sharedBytes } from "./memories.ts";
import { heights, precedents } from "./order.ts";

/** The number of workgroups from which a dispatch stays alone: it takes far longer than it takes to start. */
const mostGroups = 1024;
/** The numbers of dispatches and of different texts in a bundle, so that compilers have little to do. */
const mostMembers = 64;
const mostTexts = 8;
/** The number of words of parameters: a quarter of the least limit of devices. */
const mostWords = 4096;
/** The least limit of devices for the memory of a workgroup, in bytes. */
const mostShared = 16_384;

/** What bundles must keep to. */
export interface BundleLimits {
  /** The number of buffers that a dispatch may bind. */
  readonly buffers: number;
  /** Returns the page on which a page will be a part. */
  readonly home: (page: Page) => Page;
}

/** Dispatches that run together. */
export interface Bundle<T extends Dispatch = Dispatch> {
  readonly members: readonly T[];
  /** The number of threads of a workgroup. */
  readonly lanes: number;
}

/**
 * Puts dispatches without an order among themselves into bundles, and returns these in an order that keeps that of the
 * dispatches.
 *
 * The dispatch that most others wait for comes next, and takes with it all that may run at the same time.
 */
export function bundles<T extends Dispatch>(
  dispatches: readonly T[],
  limits: BundleLimits,
): readonly Bundle<T>[] {
  const before = precedents(dispatches).map((set) => new Set(set));
  const height = heights(before);
  const followers = dispatches.map((): number[] => []);
  before.forEach((set, at) => {
    for (const one of set) followers[one]?.push(at);
  });
  const urgency = (x: number, y: number) => (height[y] as number) - (height[x] as number) || x - y;
  let ready = dispatches.flatMap((_, at) => (before[at]?.size === 0 ? [at] : [])).sort(urgency);
  const made: Bundle<T>[] = [];
  while (ready.length > 0) {
    const [first, ...others] = ready as [number, ...number[]];
    const bundle = new Growing(dispatches[first] as T, limits);
    const taken = [first, ...others.filter((at) => bundle.take(dispatches[at] as T))];
    made.push({ members: bundle.members, lanes: bundle.lanes });
    const freed = taken.flatMap((at) =>
      (followers[at] as number[]).filter((next) => {
        before[next]?.delete(at);
        return before[next]?.size === 0;
      }),
    );
    ready = [...ready.filter((at) => !taken.includes(at)), ...freed].sort(urgency);
  }
  return made;
}

/** A bundle that takes dispatches as long as they fit. */
class Growing<T extends Dispatch> {
  readonly members: T[];
  lanes: number;
  private readonly limits: BundleLimits;
  private readonly pages: Set<Page>;
  private readonly texts: Set<string>;
  private meets: boolean;
  private words: number;

  constructor(first: T, limits: BundleLimits) {
    this.members = [first];
    this.limits = limits;
    this.lanes = first.source.lanes;
    this.meets = first.source.barriers;
    this.pages = new Set(first.pages.map(limits.home));
    this.texts = new Set([textOf(first)]);
    this.words = first.params.length + 8;
  }

  /** Takes a dispatch if it fits. */
  take(next: T): boolean {
    const first = this.members[0] as T;
    const lanes = this.lanesWith(next);
    if (lanes === null || !mayShare(first) || !mayShare(next)) return false;
    const { buffers, home } = this.limits;
    const pages = new Set([...this.pages, ...next.pages.map(home)]);
    const text = textOf(next);
    const words = this.words + next.params.length + 8;
    const members = [...this.members, next];
    if (pages.size > buffers || words > mostWords || members.length > mostMembers) return false;
    if (!this.texts.has(text) && this.texts.size >= mostTexts) return false;
    if (sharedBytes(members.map(({ source }) => source)) > mostShared) return false;
    for (const page of pages) this.pages.add(page);
    this.texts.add(text);
    this.words = words;
    this.lanes = lanes;
    this.meets ||= next.source.barriers;
    this.members.push(next);
    return true;
  }

  /** Returns the threads of a workgroup with one more dispatch; null if they cannot be the same for all. */
  private lanesWith({ source }: T): number | null {
    const { lanes, meets } = this;
    if (lanes === source.lanes) return lanes;
    // A dispatch whose threads do not meet may have smaller workgroups.
    if (!source.barriers && source.lanes % lanes === 0) return lanes;
    return !meets && lanes % source.lanes === 0 ? source.lanes : null;
  }
}

function mayShare({ groups, atomic }: Dispatch): boolean {
  return groups <= mostGroups && atomic.size === 0;
}

function textOf({ source }: Dispatch): string {
  return [source.lanes, ...source.functions, ...source.body].join("\n");
}
