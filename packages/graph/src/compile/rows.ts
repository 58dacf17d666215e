import {
  type BufferSpec,
  type RowsStep,
  type Step,
  sameShape,
  sizeOf,
  stepViews,
} from "@metrigrad/tensor";
import { largestLoop } from "./fuse.ts";
import { type Group, join } from "./groups.ts";
import { linkRows, type RowPart, type Rows, rowShape, squeezed, valuesIn } from "./rowLink.ts";
import type { Destination } from "./settle.ts";
import { stepGroups } from "./stepGroups.ts";

/** The most groups that a search for one pair may visit. If it needs more, the pair stays apart. */
const searchLimit = 2000;
/** The most elements of a row. A longer row does not stay in the caches from one pass over it to the next. */
const longestRow = 2 ** 16;
/** The most reductions of one step. Each takes memory in which the threads of a graphics card meet. */
const mostReductions = 12;
/** Fewer rows than these, with so many elements in all, keep their reductions. There the threads share the work along a row. */
const fewRows = 32;
const longSize = 2 ** 15;

/**
 * The rows that a reduction goes over.
 *
 * Null if it is no reduction over the last axes, or if the work is better shared in another way.
 */
function rowsOf(step: Step): Rows | null {
  if (step.kind !== "reduce") return null;
  const shape = step.shape.filter((n) => n !== 1);
  const kept = step.shape.filter((n, axis) => n !== 1 && !step.axes.includes(axis));
  const rowAxes = shape.length - kept.length;
  const rows = { shape, rowAxes };
  const last = step.shape.flatMap((n, axis) => (n === 1 ? [] : [axis])).slice(kept.length);
  if (rowAxes === 0 || kept.length === 0 || shape.includes(0)) return null;
  if (!last.every((axis) => step.axes.includes(axis))) return null;
  const length = sizeOf(shape.slice(kept.length));
  const few = sizeOf(kept) < fewRows && sizeOf(shape) >= longSize;
  return few || length > longestRow ? null : rows;
}

/** Whether the elements of a row are side by side in everything that a step reads or writes. */
function alongRows(step: RowPart, { shape }: Rows): boolean {
  return [...step.inputs, ...step.outputs].map(squeezed).every((view) => {
    return view.shape.length < shape.length || [0, 1].includes(view.strides.at(-1) as number);
  });
}

/**
 * Joins element-wise loops and reductions over the same rows into one step, if values go from one to the other.
 *
 * So a soft-max is one pass over its rows, and the loss and the gradient next to it belong to the same pass. Values that no other
 * step and no destination reads need no memory. Steps whose result takes the place of an old value are not joined, since they can
 * do so in place. Buffers before `firstOwn` belong to the plan around a loop.
 */
export function joinRows(
  steps: readonly Step[],
  buffers: readonly BufferSpec[],
  destinations: readonly Destination[],
  firstOwn = 0,
): Step[] {
  const wanted = new Set(destinations.flatMap(({ from, when }) => [from.buffer, when?.buffer]));
  const replaces = ({ to }: Destination) => buffers[to.buffer]?.place.kind !== "output";
  const settled = new Set(destinations.filter(replaces).map(({ from }) => from.buffer));
  const isPart = (step: Step): step is RowPart => {
    if (step.kind !== "map" && step.kind !== "reduce") return false;
    return step.when === undefined && step.outputs.every(({ buffer }) => !settled.has(buffer));
  };
  const dtypesOf = (parts: readonly RowPart[]) => {
    const views = parts.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]);
    return new Set(views.map(({ buffer }) => buffers[buffer]?.dtype));
  };
  const partsOf = (nodes: readonly number[]) =>
    nodes.toSorted((a, b) => a - b).map((at) => steps[at] as RowPart);
  const groups = stepGroups(steps);
  const alive = new Set(groups);
  const values = steps.map((step) => (isPart(step) ? valuesIn(step) : 0));
  // The groups that have a reduction, with its rows.
  const seeds = new Map<Group<number>, Rows>();
  steps.forEach((step, at) => {
    const rows = isPart(step) ? rowsOf(step) : null;
    if (rows === null || !alongRows(step as RowPart, rows)) return;
    seeds.set(groups[at] as Group<number>, rows);
  });
  const fits = (group: Group<number>, rows: Rows): boolean => {
    const other = seeds.get(group);
    if (other !== undefined)
      return other.rowAxes === rows.rowAxes && sameShape(other.shape, rows.shape);
    const step = steps[group.nodes[0] as number] as Step;
    if (!isPart(step) || step.kind !== "map") return false;
    const shape = step.shape.filter((n) => n !== 1);
    const fitting = sameShape(shape, rows.shape) || sameShape(shape, rowShape(rows));
    return fitting && alongRows(step, rows);
  };
  /** Both groups as one, or null if they cannot be joined. */
  const joined = (first: Group<number>, second: Group<number>, own: Rows): Group<number> | null => {
    const nodes = [...first.nodes, ...second.nodes];
    const parts = partsOf(nodes);
    const reductions = parts.filter(({ kind }) => kind === "reduce").length;
    const size = nodes.reduce((sum, at) => sum + (values[at] as number), 0);
    if (size > largestLoop || reductions > mostReductions) return null;
    const dtypes = dtypesOf(parts);
    // One step has floats of one type.
    if (dtypes.has("f32") && dtypes.has("f64")) return null;
    if (linkRows(parts, own) === null) return null;
    if (!join(first, second, { left: searchLimit })) return null;
    alive.delete(first);
    seeds.delete(first);
    seeds.set(second, own);
    return second;
  };
  const grow = (group: Group<number>): Group<number> | null => {
    const own = seeds.get(group) as Rows;
    const near = (list: Iterable<Group<number>>) =>
      [...list].sort((a, b) => Math.abs(a.place - group.place) - Math.abs(b.place - group.place));
    for (const before of near(group.before)) {
      const result = fits(before, own) ? joined(before, group, own) : null;
      if (result !== null) return result;
    }
    for (const after of near(group.after)) {
      const result = fits(after, own) ? joined(group, after, own) : null;
      if (result !== null) return result;
    }
    return null;
  };
  for (const seed of [...seeds.keys()]) {
    let group: Group<number> | null = seeds.has(seed) ? seed : null;
    while (group !== null) group = grow(group);
  }
  const readers = new Map<number, Set<Group<number>>>();
  for (const group of alive) {
    for (const at of group.nodes) {
      for (const { buffer } of stepViews(steps[at] as Step).reads) {
        const known = readers.get(buffer);
        if (known === undefined) readers.set(buffer, new Set([group]));
        else known.add(group);
      }
    }
  }
  const leaves = (group: Group<number>, buffer: number) => {
    const { place } = buffers[buffer] as BufferSpec;
    const scratch = buffer >= firstOwn && place.kind === "arena" && !wanted.has(buffer);
    return !scratch || [...(readers.get(buffer) ?? [])].some((reader) => reader !== group);
  };
  return [...alive]
    .sort((a, b) => a.place - b.place)
    .map((group): Step => {
      if (group.nodes.length === 1) return steps[group.nodes[0] as number] as Step;
      const rows = seeds.get(group) as Rows;
      return joinedStep(partsOf(group.nodes), rows, (buffer) => leaves(group, buffer));
    });
}

/** One step for several parts. Its outputs are those whose buffers stay in memory. */
function joinedStep(
  parts: readonly RowPart[],
  rows: Rows,
  isLeft: (buffer: number) => boolean,
): RowsStep {
  const all = linkRows(parts, rows) as RowsStep;
  const left = all.outputs.flatMap(({ buffer }, j) => (isLeft(buffer) ? [j] : []));
  const labels = parts.filter(({ outputs }) => outputs.some(({ buffer }) => isLeft(buffer)));
  const values = parts.map(valuesIn);
  const total = values.reduce((sum, count) => sum + count, 0);
  const ofMetric = parts.reduce(
    (sum, { metric = 0 }, at) => sum + metric * (values[at] as number),
    0,
  );
  return {
    ...all,
    results: left.map((j) => all.results[j] as number),
    outputs: left.map((j) => all.outputs[j] as RowsStep["outputs"][number]),
    label: labels.map(({ label }) => label).join("+"),
    ...(ofMetric > 0 && { metric: ofMetric / total }),
  };
}
