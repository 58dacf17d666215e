import type { Page } from "../webgpu/page.ts";
import { type Dispatch, storesParts } from "../wgsl/kernel.ts";
import type { Source } from "../wgsl/source.ts";
import { sharedBytes } from "./memories.ts";
import { heights, precedents } from "./order.ts";

/** The number of workgroups up to which dispatches share a launch. Larger ones take far longer than they take to start. */
const mostGroups = 1024;
/** The numbers of dispatches and of different texts in a bundle. */
const mostMembers = 64;
const mostTexts = 8;
/**
 * The number of characters up to which a text shares a shader with other texts. Longer ones, as of products, take long to
 * compile, so each of them is in one shader only.
 */
const shortText = 2048;
/** The number of words of parameters: a quarter of the least limit of devices. */
export const mostWords = 4096;
/** The number of words that the launch of a bundle needs for each dispatch beside the parameters, at most. */
const ownWords = 8;
/** The least limit of devices for the memory of a workgroup, in bytes. */
const mostShared = 16_384;

/** What bundles must keep to. */
export interface BundleLimits {
  /** The number of buffers that a dispatch may bind. */
  readonly buffers: number;
  /** The number of words of parameters; by default as many as devices allow. */
  readonly words?: number;
  /** Returns the page on which a page will be a part. */
  readonly home: (page: Page) => Page;
}

/** Dispatches that run together. */
export interface Bundle {
  readonly members: readonly Dispatch[];
  /** The number of threads of a workgroup. */
  readonly lanes: number;
}

/**
 * Puts dispatches without an order among themselves into bundles, and returns these in an order that keeps that of the
 * dispatches.
 *
 * The dispatch that most others wait for comes next, and takes with it all that may run at the same time.
 */
export function bundles(dispatches: readonly Dispatch[], limits: BundleLimits): readonly Bundle[] {
  const before = precedents(dispatches).map((set) => new Set(set));
  const height = heights(before);
  const texts = dispatches.map(textOf);
  const followers = dispatches.map((): number[] => []);
  before.forEach((set, at) => {
    for (const one of set) followers[one]?.push(at);
  });
  const urgency = (x: number, y: number) => (height[y] as number) - (height[x] as number) || x - y;
  let ready = dispatches.flatMap((_, at) => (before[at]?.size === 0 ? [at] : [])).sort(urgency);
  const made: Bundle[] = [];
  while (ready.length > 0) {
    const bundle = new Growing(limits);
    const left: number[] = [];
    const freed: number[] = [];
    for (const at of ready) {
      if (!bundle.take(dispatches[at] as Dispatch, texts[at] as string)) {
        left.push(at);
        continue;
      }
      for (const next of followers[at] as number[]) {
        before[next]?.delete(at);
        if (before[next]?.size === 0) freed.push(next);
      }
    }
    made.push(bundle);
    ready = [...left, ...freed].sort(urgency);
  }
  return made;
}

/**
 * Whether a dispatch runs with a shader of its own. A long text that could share a launch has the form for sharing even if
 * it is alone, so that it is compiled once.
 */
export function isLone({ members }: Bundle): boolean {
  const [first] = members as [Dispatch];
  return members.length === 1 && (textOf(first).length <= shortText || !mayShare(first));
}

/** A bundle that takes dispatches as long as they fit. The first one always fits. */
class Growing implements Bundle {
  readonly members: Dispatch[] = [];
  lanes = 0;
  private readonly limits: BundleLimits;
  /** Texts with the places of their pages: on other pages a text is another function of the shader. */
  private readonly texts = new Map<string, Source>();
  private readonly places = new Map<Page, number>();
  private pages: ReadonlySet<Page> = new Set();
  private meets = false;
  private words = ownWords;

  constructor(limits: BundleLimits) {
    this.limits = limits;
  }

  /** Takes a dispatch, whose text is given, if it fits. */
  take(next: Dispatch, text: string): boolean {
    const lanes = this.lanesWith(next.source);
    const own = next.pages.map(this.limits.home);
    const key = `${own.map((page) => this.placeOf(page)).join()} ${text}`;
    if (lanes === null || !this.mayTake(next, key)) return false;
    const pages = new Set([...this.pages, ...own]);
    if (this.members.length > 0 && pages.size > this.limits.buffers) return false;
    this.members.push(next);
    this.texts.set(key, next.source);
    this.lanes = lanes;
    this.meets ||= next.source.barriers;
    this.pages = pages;
    this.words += next.params.length + ownWords;
    return true;
  }

  private placeOf(page: Page): number {
    const known = this.places.get(page) ?? this.places.size;
    this.places.set(page, known);
    return known;
  }

  private mayTake(next: Dispatch, key: string): boolean {
    const [first] = this.members;
    if (first === undefined) return true;
    if (!mayShare(first) || !mayShare(next) || this.members.length >= mostMembers) return false;
    const { words = mostWords } = this.limits;
    if (this.words + next.params.length + ownWords > words) return false;
    return this.texts.has(key) || this.mayAdd(next.source, key);
  }

  /** Whether the shader may have one more text. */
  private mayAdd(source: Source, key: string): boolean {
    const { texts } = this;
    if (texts.size >= mostTexts) return false;
    if ([key, ...texts.keys()].some(({ length }) => length > shortText)) return false;
    return sharedBytes([source, ...texts.values()]) <= mostShared;
  }

  /** Returns the threads of a workgroup with one more dispatch; null if they cannot be the same for all. */
  private lanesWith(source: Source): number | null {
    const { lanes, meets } = this;
    if (lanes === 0 || lanes === source.lanes) return source.lanes;
    // A dispatch whose threads do not meet may have smaller workgroups.
    if (!source.barriers && source.lanes % lanes === 0) return lanes;
    return !meets && lanes % source.lanes === 0 ? source.lanes : null;
  }
}

function mayShare({ groups, uses, pages, cuts = 1 }: Dispatch): boolean {
  if (groups > mostGroups || cuts > 1 || uses.some(storesParts)) return false;
  return pages.every(({ windows }) => windows === 1);
}

function textOf({ source }: Dispatch): string {
  return [source.lanes, ...source.functions, ...source.body].join("\n");
}
