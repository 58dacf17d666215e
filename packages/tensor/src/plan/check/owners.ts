/**
 * Who wrote each place of a range of memory last, as runs of one owner: places that nobody wrote have
 * owner −1. A question and a change take a bisection, however long the runs are.
 */
export interface Owners {
  /** Some owner other than `owner` of places from `from` to before `to`, or null. */
  other(from: number, to: number, owner: number): number | null;
  /** Gives places to an owner. */
  give(from: number, to: number, owner: number): void;
}

/** A range of memory that nobody wrote. */
export function ownersOf(size: number): Owners {
  // Runs begin at `starts`, ascending, and end where the next one begins.
  const starts = [0];
  const owners = [-1];
  /** The run that a place is in. */
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
      // Neighbouring runs differ, so the first or the second says it.
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
