/**
 * The owner of each place in a range of memory: who wrote it last. Places that nobody wrote have the owner −1.
 *
 * Neighbouring places of one owner make a run. A question or a change takes a binary search, whatever the lengths of the runs.
 */
export interface Owners {
  /** An owner of the places from `from` to before `to` that is not `owner`, or null if there is none. */
  other(from: number, to: number, owner: number): number | null;
  /** Makes `owner` the owner of the places from `from` to before `to`. */
  give(from: number, to: number, owner: number): void;
}

/** A range of memory that nobody wrote. */
export function ownersOf(size: number): Owners {
  // Run i begins at starts[i] and ends where the next run begins.
  const starts = [0];
  const owners = [-1];
  /** The run that a place belongs to. */
  const runAt = (place: number): number => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] as number) <= place) low = middle;
      else high = middle - 1;
    }
    return low;
  };
  return {
    other(from, to, owner) {
      if (from >= to) return null;
      // Neighbouring runs have different owners, so the first or the second run has the answer.
      const run = runAt(from);
      const first = owners[run] as number;
      if (first !== owner) return first;
      return (starts[run + 1] ?? size) < to ? (owners[run + 1] as number) : null;
    },
    give(from, to, owner) {
      if (from >= to) return;
      let first = runAt(from);
      let last = runAt(to - 1);
      const end = starts[last + 1] ?? size;
      const added: [start: number, owner: number][] = [[from, owner]];
      if ((starts[first] as number) < from) {
        added.unshift([starts[first] as number, owners[first] as number]);
      } else if (first > 0) {
        first -= 1;
        added.unshift([starts[first] as number, owners[first] as number]);
      }
      if (to < end) added.push([to, owners[last] as number]);
      else if (last + 1 < starts.length) {
        last += 1;
        added.push([starts[last] as number, owners[last] as number]);
      }
      const kept = added.filter(([, one], at) => at === 0 || added[at - 1]?.[1] !== one);
      const count = last - first + 1;
      starts.splice(first, count, ...kept.map(([start]) => start));
      owners.splice(first, count, ...kept.map(([, one]) => one));
    },
  };
}
