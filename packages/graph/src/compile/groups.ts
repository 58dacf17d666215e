import type { Node } from "../core/node.ts";

/**
 * What runs at once: a loop, or one node of any other op; or steps. Groups form a graph without cycles, and
 * joining two of them keeps it so.
 */
export interface Group<T = Node> {
  /** The nodes that it leaves in memory. */
  readonly nodes: T[];
  /** Groups whose values it reads. */
  readonly before: Set<Group<T>>;
  /** Groups that read its values. */
  readonly after: Set<Group<T>>;
  /** Its position in an order in which every group comes after those before it. */
  place: number;
}

/** A group of one node that nothing is connected with yet. */
export function groupOf<T = Node>(node: T, place: number): Group<T> {
  return { nodes: [node], before: new Set(), after: new Set(), place };
}

/** States that `after` reads a value of `before`. */
export function connect<T>(before: Group<T>, after: Group<T>): void {
  if (before === after) return;
  before.after.add(after);
  after.before.add(before);
}

/** How many groups may still be looked at; a search that would need more gives up. */
export interface Effort {
  left: number;
}

/**
 * Takes `first` into `second`, which reads it, and says whether it did: not where a value travels
 * from one to the other through a third, which would have to run in the middle.
 */
export function join<T>(first: Group<T>, second: Group<T>, effort: Effort): boolean {
  // Only groups placed between the two can be on such a way, or be in the way of one place for both.
  const later = reached(first, "after", second, (place) => place < second.place, effort);
  if (later === null) return false;
  const earlier =
    later.size === 0
      ? later
      : reached(second, "before", first, (place) => place > first.place, effort);
  if (earlier === null) return false;
  rearrange(first, earlier, second, later);
  for (const side of ["before", "after"] as const) {
    const other = side === "before" ? "after" : "before";
    for (const group of first[side]) {
      group[other].delete(first);
      if (group === second) continue;
      group[other].add(second);
      second[side].add(group);
    }
  }
  second.nodes.push(...first.nodes);
  return true;
}

/** Groups between that `from` leads to, but for `to` at once; null if one leads to `to`. */
function reached<T>(
  from: Group<T>,
  side: "before" | "after",
  to: Group<T>,
  between: (place: number) => boolean,
  effort: Effort,
): Set<Group<T>> | null {
  const found = new Set<Group<T>>();
  const stack = [...from[side]].filter((group) => group !== to);
  for (let group = stack.pop(); group !== undefined; group = stack.pop()) {
    if (group === to) return null;
    if (found.has(group) || !between(group.place)) continue;
    if (effort.left-- <= 0) return null;
    found.add(group);
    for (const next of group[side]) stack.push(next);
  }
  return found;
}

/** Gives out the places of all groups anew: earlier ones, then the joined one, then later ones. */
function rearrange<T>(
  first: Group<T>,
  earlier: ReadonlySet<Group<T>>,
  second: Group<T>,
  later: ReadonlySet<Group<T>>,
): void {
  if (later.size === 0) return;
  const sorted = (groups: Iterable<Group<T>>) => [...groups].sort((a, b) => a.place - b.place);
  const places = sorted([first, ...earlier, second, ...later]).map(({ place }) => place);
  // The joined group takes one place of two.
  [...sorted(earlier), second, ...sorted(later)].forEach((group, index) => {
    group.place = places[index <= earlier.size ? index : index + 1] as number;
  });
}
