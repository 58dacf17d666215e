import type { Node } from "../core/node.ts";

/**
 * What runs at once: a loop over elements, a node of any other op, or steps.
 *
 * The groups form a graph without cycles. Joining two groups must not make a cycle.
 */
export interface Group<T = Node> {
  /** The nodes that the group leaves in memory. */
  readonly nodes: T[];
  /** The groups whose values this group reads. */
  readonly before: Set<Group<T>>;
  /** The groups that read this group's values. */
  readonly after: Set<Group<T>>;
  /** The position in an order in which every group comes after the groups that it reads. */
  place: number;
}

/** Makes a group of one node, without connections. */
export function groupOf<T = Node>(node: T, place: number): Group<T> {
  return { nodes: [node], before: new Set(), after: new Set(), place };
}

/** Notes that `after` reads a value of `before`. */
export function connect<T>(before: Group<T>, after: Group<T>): void {
  if (before === after) return;
  before.after.add(after);
  after.before.add(before);
}

/** The number of groups that a search may still visit. A search that needs more gives up. */
export interface Effort {
  left: number;
}

/**
 * Joins `first` with `second`, which reads it, and returns whether that was possible.
 *
 * It is not possible if a value goes from the first to the second group through a third group. The third group would have to run
 * in the middle.
 */
export function join<T>(first: Group<T>, second: Group<T>, effort: Effort): boolean {
  // Only the groups placed between the two matter. They can be on a way from one to the other, or must move to make room.
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

/** The groups in between to which `from` leads. The direct way to `to` does not count. Null if one of them leads to `to`. */
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

/** Distributes the places again: first the earlier groups, then the joined group, then the later groups. */
function rearrange<T>(
  first: Group<T>,
  earlier: ReadonlySet<Group<T>>,
  second: Group<T>,
  later: ReadonlySet<Group<T>>,
): void {
  if (later.size === 0) return;
  const sorted = (groups: Iterable<Group<T>>) => [...groups].sort((a, b) => a.place - b.place);
  const places = sorted([first, ...earlier, second, ...later]).map(({ place }) => place);
  // The joined group takes one place, and had two.
  [...sorted(earlier), second, ...sorted(later)].forEach((group, index) => {
    group.place = places[index <= earlier.size ? index : index + 1] as number;
  });
}
