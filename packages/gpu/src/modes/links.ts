import {
  type Plan,
  type Step,
  sizeOf,
  stepViews,
  storageBytes,
  type View,
} from "@metrigrad/tensor";
import type { KernelStep } from "./steps.ts";

/** Which outputs of kernels stay on the device, and which kernels take them from there. */
export interface Links {
  /** The step and output from which each input comes, by step and input; null if it comes from the host. */
  readonly sources: readonly (readonly (Source | null)[])[];
  /** Whether the host needs an output, by step and output. */
  readonly needed: readonly (readonly boolean[])[];
}

/** An output of a step. */
export interface Source {
  readonly step: number;
  readonly output: number;
}

/**
 * Follows every output of a kernel through the later steps, up to the one that overwrites it.
 *
 * A kernel that reads exactly the elements of an output takes it from the device. The host needs outputs that live
 * longer than a run, that other steps read, or that are read after a part of them was overwritten. `steps` are the
 * plan's steps in the order in which they run; `kernels` has null for those of the host.
 */
export function linksOf(
  plan: Plan,
  steps: readonly Step[],
  kernels: readonly (KernelStep | null)[],
): Links {
  const sources = kernels.map((kernel) => kernel?.inputs.map((): Source | null => null) ?? []);
  const needed = kernels.map((kernel, step) =>
    (kernel?.outputs ?? []).map((view, output) => {
      const { dtype, place } = bufferOf(plan, view);
      const fit = isWhole(view) && (dtype === "f32" || dtype === "bool");
      let alive = fit && kernel?.passes === true && steps[step]?.when === undefined;
      let host = !alive || place.kind !== "arena";
      for (let later = step + 1; later < kernels.length; later++) {
        const other = steps[later] as Step;
        const taker = kernels[later];
        const { reads, writes } = stepViews(other);
        if (taker) {
          taker.inputs.forEach((input, at) => {
            if (!overlap(plan, view, input)) return;
            if (alive && taker.passes && sameElements(view, input)) {
              (sources[later] as (Source | null)[])[at] = { step, output };
            } else host = true;
          });
          if (other.when !== undefined && overlap(plan, view, other.when)) host = true;
        } else if (reads.some((read) => overlap(plan, view, read))) host = true;
        if (writes.some((write) => overlap(plan, view, write))) alive = false;
        if (other.when === undefined && writes.some((write) => covers(plan, write, view))) break;
      }
      return host;
    }),
  );
  return { sources, needed };
}

const bufferOf = (plan: Plan, { buffer }: View) => plan.buffers[buffer] as Plan["buffers"][number];

/** Whether the elements of a view lie one after the other. */
function isWhole({ shape, strides }: View): boolean {
  let size = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const length = shape[axis] as number;
    if (length !== 1 && strides[axis] !== size) return false;
    size *= length;
  }
  return size > 0;
}

function sameElements(view: View, other: View): boolean {
  const { buffer, offset, shape } = other;
  return (
    buffer === view.buffer &&
    offset === view.offset &&
    sizeOf(shape) === sizeOf(view.shape) &&
    isWhole(other)
  );
}

/** Returns the memory in which a view lies, its first byte, and the byte after its last. */
function extent(plan: Plan, { buffer, shape, strides, offset }: View) {
  const { dtype, place } = plan.buffers[buffer] as Plan["buffers"][number];
  const bytes = storageBytes[dtype];
  const start = place.kind === "arena" ? place.offset : 0;
  const memory = place.kind === "arena" ? "arena" : buffer;
  let [first, last] = [offset, offset];
  shape.forEach((length, axis) => {
    const span = (length - 1) * (strides[axis] as number);
    if (span < 0) first += span;
    else last += span;
  });
  return { memory, from: start + first * bytes, to: start + (last + 1) * bytes };
}

function overlap(plan: Plan, view: View, other: View): boolean {
  if (sizeOf(view.shape) === 0 || sizeOf(other.shape) === 0) return false;
  const [a, b] = [extent(plan, view), extent(plan, other)];
  return a.memory === b.memory && a.from < b.to && b.from < a.to;
}

/** Whether writing a view overwrites all of another one. */
function covers(plan: Plan, write: View, view: View): boolean {
  const [a, b] = [extent(plan, write), extent(plan, view)];
  return isWhole(write) && a.memory === b.memory && a.from <= b.from && b.to <= a.to;
}
