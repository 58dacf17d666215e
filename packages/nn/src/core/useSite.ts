import {
  type InsideLoop,
  isVariable,
  type Node,
  structuralOps as ops,
  topological,
} from "@metrigrad/graph";
import { sizeOf } from "@metrigrad/tensor";

/**
 * One place where a node is read: the node that reads, and the position among its inputs.
 *
 * @category Metrics: own metrics
 */
export type Edge = readonly [node: Node, input: number];

/** The nodes of one application. */
export interface Site {
  /** The nodes that read each node, in the order of creation. */
  readonly readers: ReadonlyMap<Node, readonly Edge[]>;
  /** The responses. */
  readonly exits: ReadonlySet<Node>;
  readonly parameters: ReadonlySet<Node>;
  /** Whether a value depends on the inputs. Rows of a weight that is made of parameters are not samples. */
  readonly varies: (node: Node) => boolean;
}

/** Returns the site of the nodes that were made since the id `first`. It does not walk into older nodes. */
export function siteOf(
  responses: readonly Node[],
  parameters: readonly Node[],
  first: number,
): Site {
  const readers = new Map<Node, [node: Node, input: number][]>();
  const seen = new Set<Node>();
  const open = responses.filter(({ id }) => id >= first);
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    for (const [at, input] of node.inputs.entries()) {
      const list = readers.get(input) ?? [];
      list.push([node, at]);
      readers.set(input, list);
      if (input.id >= first) open.push(input);
    }
  }
  for (const list of readers.values()) list.sort(([a], [b]) => a.id - b.id);
  const moved = new Set<Node>();
  const varies = (node: Node) => (node.id < first ? !isVariable(node) : moved.has(node));
  // The inputs of a node are older than the node.
  for (const node of [...seen].sort((a, b) => a.id - b.id)) {
    if (node.inputs.some(varies)) moved.add(node);
  }
  return { readers, exits: new Set(responses), parameters: new Set(parameters), varies };
}

/** Returns whether a place of a loop stands for the slices of a sequence. */
export function isSlice({ fixed, carries }: InsideLoop, place: number): boolean {
  return place >= fixed + carries.length;
}

/**
 * Returns the site of one turn of a loop in a site; `inputs` are the values that the places of the loop stand for. The
 * parameters of the site are those that are the same in all turns. With `sliced` they are those of which a turn reads a
 * slice.
 */
export function siteInside(
  loop: InsideLoop,
  inputs: readonly Node[],
  outer: Site,
  sliced = false,
): Site {
  const order = topological(loop.roots);
  const readers = new Map<Node, [node: Node, input: number][]>();
  for (const node of order) {
    for (const [at, input] of node.inputs.entries()) {
      const list = readers.get(input) ?? [];
      list.push([node, at]);
      readers.set(input, list);
    }
  }
  const moved = new Set(loop.places.filter((_, at) => outer.varies(inputs[at] as Node)));
  for (let grew = true; grew; ) {
    const before = moved.size;
    for (const node of order) if (node.inputs.some((one) => moved.has(one))) moved.add(node);
    for (const { value, next } of loop.carries) if (moved.has(next)) moved.add(value);
    grew = moved.size > before;
  }
  const own = loop.places.filter(
    (_, at) =>
      (sliced ? isSlice(loop, at) : at < loop.fixed) && outer.parameters.has(inputs[at] as Node),
  );
  return {
    readers,
    exits: new Set(loop.roots),
    parameters: new Set(own),
    varies: (node) => moved.has(node),
  };
}

/** Returns whether every value that depends on `value` depends on it through `through`, which itself depends on `value`. */
export function endsAt(value: Node, through: Node, site: Site): boolean {
  if (value === through) return true;
  const own = site.readers.get(value) ?? [];
  return (
    !site.exits.has(value) && own.length > 0 && own.every(([node]) => endsAt(node, through, site))
  );
}

/** Returns the place where a value is read, if there is one such place and the value is not a response. */
export function onlyReader(value: Node, { readers, exits }: Site): Edge | null {
  const [only, ...others] = readers.get(value) ?? [];
  return only === undefined || others.length > 0 || exits.has(value) ? null : only;
}

/** The place where a parameter meets a value, along some axes of that value. */
export interface Placed {
  /** The place where the parameter, or its reshape, meets the value. */
  readonly edge: Edge;
  /** The axes behind the axes of the parameter, such as the pixels behind the channels of [n, c, h, w]. */
  readonly behind: number;
}

/**
 * Returns the place where a parameter [f…] meets a value that has samples before the parameter's axes; else null. The
 * parameter is read as it is or as [1…, f…, 1…]. `edge` is one place where it is read.
 */
export function placedAt(parameter: Node, edge: Edge, site: Site): Placed | null {
  const [node] = edge;
  const lifted = node.op === ops.reshape;
  const at = lifted ? onlyReader(node, site) : edge;
  if (at === null) return null;
  const read = lifted ? node : parameter;
  const behind = axesBehind(parameter.shape, read.shape, at[0].shape);
  return behind === null ? null : { edge: at, behind };
}

/** Returns how many axes of a value are behind the axes of a parameter that is read as [1…, f…, 1…]. */
function axesBehind(
  own: readonly number[],
  read: readonly number[],
  all: readonly number[],
): number | null {
  if (own.length === 0 || sizeOf(read) !== sizeOf(own)) return null;
  for (let before = 0; before + own.length <= read.length; before++) {
    const behind = read.length - own.length - before;
    const begin = all.length - behind - own.length;
    const fits = own.every((n, k) => n === read[before + k] && n === all[begin + k]);
    if (fits && begin > 0) return behind;
  }
  return null;
}
