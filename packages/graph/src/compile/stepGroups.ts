import { type Step, stepViews } from "@metrigrad/tensor";
import { connect, type Group, groupOf } from "./groups.ts";

/** Steps as groups. Two groups are connected if one writes what the other reads or writes. */
export function stepGroups(steps: readonly Step[]): Group<number>[] {
  const groups = steps.map((_, at) => groupOf(at, at));
  const readers = new Map<number, Group<number>[]>();
  const writers = new Map<number, Group<number>>();
  for (const [at, step] of steps.entries()) {
    const group = groups[at] as Group<number>;
    const { reads, writes } = stepViews(step);
    for (const { buffer } of reads) {
      const writer = writers.get(buffer);
      if (writer !== undefined) connect(writer, group);
      const list = readers.get(buffer);
      if (list === undefined) readers.set(buffer, [group]);
      else list.push(group);
    }
    for (const { buffer } of writes) {
      const writer = writers.get(buffer);
      if (writer !== undefined) connect(writer, group);
      for (const reader of readers.get(buffer) ?? []) connect(reader, group);
      readers.delete(buffer);
      writers.set(buffer, group);
    }
  }
  return groups;
}
