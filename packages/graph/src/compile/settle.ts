import {
  type BufferSpec,
  mapViews,
  partsOf,
  type Step,
  sizeOf,
  stepViews,
  storageBytes,
  type View,
} from "@metrigrad/tensor";
import { contiguousView, sameRun, sameView } from "./views.ts";

/** A computed value that must end up in a buffer of its own: that of a variable or of an output. */
export interface Destination {
  /** Where the value is computed. */
  readonly from: View;
  /** The whole destination, contiguous. */
  readonly to: View;
  /** A bool scalar. If it is false, the destination keeps its value. */
  readonly when?: View;
}

/** The numbers of the steps that read and that write each buffer. */
interface Traffic {
  readonly reads: Map<number, number[]>;
  readonly writes: Map<number, number[]>;
}

function trafficOf(steps: readonly Step[]): Traffic {
  const reads = new Map<number, number[]>();
  const writes = new Map<number, number[]>();
  const note = (map: Map<number, number[]>, view: View, at: number) => {
    const list = map.get(view.buffer);
    if (list === undefined) map.set(view.buffer, [at]);
    else list.push(at);
  };
  steps.forEach((step, at) => {
    const views = stepViews(step);
    for (const view of views.reads) note(reads, view, at);
    for (const view of views.writes) note(writes, view, at);
  });
  return { reads, writes };
}

/**
 * Brings values to their destinations.
 *
 * If nothing reads the destination's old value afterwards, the step that computes the value writes there directly. Otherwise the
 * value is copied at the end. If a variable's old value is itself wanted elsewhere, it is copied at the start.
 *
 * Buffers before `firstOwn` belong to the plan around a loop. A value in one of them is copied.
 */
export function settle(
  steps: readonly Step[],
  buffers: BufferSpec[],
  given: readonly Destination[],
  firstOwn = 0,
): Step[] {
  const label = "settle";
  const before: Step[] = [];
  // Copies a variable's old value before anything can change it.
  const aside = (old: View): View => {
    const { dtype } = buffers[old.buffer] as BufferSpec;
    const place = { kind: "arena", offset: -1 } as const;
    buffers.push({ dtype, size: sizeOf(old.shape), place, label });
    const kept = contiguousView(buffers.length - 1, old.shape);
    before.push({ kind: "copy", input: old, output: kept, label });
    return kept;
  };
  // A condition counts as it was before the run. It may be a variable that changes, or the next value of one.
  const targets = new Set(given.map(({ to }) => to.buffer));
  const destinations = given.map((one): Destination => {
    return one.when && targets.has(one.when.buffer) ? { ...one, when: aside(one.when) } : one;
  });
  const held = new Set(destinations.map(({ when }) => when?.buffer));
  const wanted = new Map<number, number>();
  for (const { from } of destinations) wanted.set(from.buffer, (wanted.get(from.buffer) ?? 0) + 1);
  const ordered = sinkLast(steps, destinations);
  const traffic = trafficOf(ordered);
  const renamed = new Map<number, number>();
  const conditions = new Map<Step, View>();
  const copies: Destination[] = [];
  for (const destination of destinations) {
    const { buffer } = destination.from;
    // A condition may hold the value back. Then no other destination could find it there.
    const shared = destination.when !== undefined && (wanted.get(buffer) as number) > 1;
    const free = buffer >= firstOwn && !renamed.has(buffer) && !held.has(buffer) && !shared;
    if (free && writable(destination, ordered, buffers, traffic)) {
      renamed.set(buffer, destination.to.buffer);
      const [writer] = traffic.writes.get(buffer) as [number];
      if (destination.when !== undefined) conditions.set(ordered[writer] as Step, destination.when);
    } else {
      copies.push(destination);
    }
  }
  const rename = (view: View): View => {
    const buffer = renamed.get(view.buffer);
    return buffer === undefined ? view : { ...view, buffer };
  };
  const result = ordered.map((step) => {
    const when = conditions.get(step);
    const own = when === undefined || step.kind === "loop" ? step : { ...step, when };
    return mapViews(own, { read: rename, write: rename });
  });
  const after: Step[] = [];
  for (const { from, to, when } of copies) {
    const condition = when === undefined ? {} : { when };
    const old = targets.has(from.buffer) && !renamed.has(from.buffer);
    if (!old && (buffers[from.buffer] as BufferSpec).place.kind !== "variable") {
      after.push({ kind: "copy", input: rename(from), output: to, label, ...condition });
      continue;
    }
    if ((buffers[to.buffer] as BufferSpec).place.kind === "output") {
      before.push({ kind: "copy", input: from, output: to, label });
    } else after.push({ kind: "copy", input: aside(from), output: to, label, ...condition });
  }
  return [...before, ...result, ...after];
}

/** Whether the steps that compute a value may write directly into its destination. */
function writable(
  { from, to, when }: Destination,
  steps: readonly Step[],
  buffers: readonly BufferSpec[],
  { reads, writes }: Traffic,
): boolean {
  if (when !== undefined && !mayDepend(from, when, steps, { reads, writes })) return false;
  const source = buffers[from.buffer] as BufferSpec;
  const target = buffers[to.buffer] as BufferSpec;
  if (source.place.kind !== "arena" || source.size !== target.size || source.dtype !== target.dtype)
    return false;
  if (!sameRun({ ...from, buffer: to.buffer }, to)) return false;
  if ((writes.get(to.buffer) ?? []).length > 0) return false;
  const first = Math.min(...(writes.get(from.buffer) ?? [Number.POSITIVE_INFINITY]));
  return (reads.get(to.buffer) ?? []).every((at) => {
    if (at !== first) return at < first;
    return mayOverwrite(steps[at] as Step, to, from);
  });
}

/** Whether one step alone computes a value, nothing reads the value, and the condition is known before that step. */
function mayDepend(
  from: View,
  when: View,
  steps: readonly Step[],
  { reads, writes }: Traffic,
): boolean {
  const [writer, ...others] = writes.get(from.buffer) ?? [];
  if (writer === undefined || others.length > 0 || reads.has(from.buffer)) return false;
  // A loop has no condition.
  if (steps[writer]?.kind === "loop") return false;
  if (stepViews(steps[writer] as Step).writes.length > 1) return false;
  return (writes.get(when.buffer) ?? []).every((at) => at < writer);
}

/** Whether a step that reads `old` may write its result there, by the rules of the step's kind. */
function mayOverwrite(step: Step, old: View, result: View): boolean {
  const { inputs, outputs } = partsOf(step);
  const own = inputs.filter(({ view }) => view.buffer === old.buffer);
  if (!own.every(({ inPlace }) => inPlace)) return false;
  const results = outputs.filter(({ view }) => view.buffer === result.buffer);
  // A product may have its axes in another order than the result.
  if (own.every((input) => results.some(({ view }) => alike(input.view, view)))) return true;
  if (!own.every(({ view }) => sameRun(view, old))) return false;
  return results.some(({ view }) => sameRun(view, result));
}

/** Whether two views would be the same if they were on one buffer. */
function alike(a: View, b: View): boolean {
  return sameView({ ...a, buffer: b.buffer }, b);
}

/**
 * Moves steps that compute the next value of a variable behind the last step that reads the old value.
 *
 * Only steps move whose other results are not read before the end.
 */
function sinkLast(steps: readonly Step[], destinations: readonly Destination[]): Step[] {
  const { reads, writes } = trafficOf(steps);
  const targets = new Map<number, number[]>();
  const known = new Map<number, number>();
  for (const { from, to, when } of destinations) {
    const writers = writes.get(from.buffer) ?? [];
    if (writers.length !== 1 || reads.has(from.buffer)) continue;
    const [writer] = writers as [number];
    targets.set(writer, [...(targets.get(writer) ?? []), to.buffer]);
    const decided = when === undefined ? [] : (writes.get(when.buffer) ?? []);
    known.set(writer, Math.max(known.get(writer) ?? 0, ...decided));
  }
  const after = new Map<number, number[]>();
  for (const [writer, olds] of targets) {
    // The step stays where it is if a later step reads another of its outputs.
    const outputs = stepViews(steps[writer] as Step).writes;
    if (outputs.some((view) => reads.has(view.buffer))) continue;
    const lastRead = Math.max(
      writer,
      known.get(writer) ?? 0,
      ...olds.flatMap((old) => reads.get(old) ?? []),
    );
    after.set(lastRead, [...(after.get(lastRead) ?? []), writer]);
  }
  const moved = new Set([...after.values()].flat());
  return steps.flatMap((step, at) => {
    const here = (after.get(at) ?? []).map((writer) => steps[writer] as Step);
    return moved.has(at) ? here : [step, ...here];
  });
}

/** Bytes of a buffer in storage. */
export function bytesOf(buffer: BufferSpec): number {
  return buffer.size * storageBytes[buffer.dtype];
}
