import type { VariableSpec } from "../../backend/variable.ts";
import { type DType, hostArray, storageBytes } from "../../dtype.ts";
import { showShape, sizeOf, stridesOf } from "../../shape.ts";
import type { BufferSpec, Plan } from "../plan.ts";
import { printView } from "../print.ts";
import { type Refuse, refuseAt } from "./refuse.ts";
import { checkView } from "./view.ts";

/** Offsets in the arena are multiples of this number of bytes. */
export const alignment = 64;

const isFloat = (dtype: DType) => dtype === "f32" || dtype === "f64";

/** Checks the buffers of a plan, its feeds and its outputs. */
export function checkBuffers(plan: Plan): void {
  const variables = new Set<VariableSpec>();
  plan.buffers.forEach((buffer, i) => {
    const refuse: Refuse = refuseAt(`buffer b${i} "${buffer.label}"`);
    if (!Object.hasOwn(storageBytes, buffer.dtype)) refuse("dtype must be known", buffer.dtype);
    const { kind } = buffer.place;
    const wide = buffer.dtype === "f64" && kind !== "variable" && kind !== "feed";
    if (isFloat(buffer.dtype) && buffer.dtype !== plan.float && !wide) {
      refuse(`floats must be ${plan.float}, as the plan's are`, buffer.dtype);
    }
    if (!Number.isInteger(buffer.size) || buffer.size < 0) {
      refuse("size must be an integer ≥ 0", String(buffer.size));
    }
    checkPlace(plan, buffer, i, variables, refuse);
  });
  checkFeeds(plan);
  plan.outputs.forEach((view, i) => {
    const refuse: Refuse = refuseAt(`output ${i}`);
    checkView(plan, view, refuse);
    if (plan.buffers[view.buffer]?.place.kind !== "output") {
      refuse("an output must be a view of an output buffer", printView(view));
    }
    const strides = stridesOf(view.shape);
    if (!view.shape.every((n, axis) => n === 1 || strides[axis] === view.strides[axis])) {
      refuse("an output must be contiguous", printView(view));
    }
  });
}

function checkPlace(
  plan: Plan,
  { place, size, dtype, label }: BufferSpec,
  index: number,
  variables: Set<VariableSpec>,
  refuse: Refuse,
): void {
  if (place.kind === "arena") {
    const end = place.offset + size * storageBytes[dtype];
    const aligned = Number.isInteger(place.offset) && place.offset % alignment === 0;
    if (!aligned || place.offset < 0) {
      refuse(`the offset must be a multiple of ${alignment}`, String(place.offset));
    }
    if (end > plan.arenaBytes) refuse(`it must end in an arena of ${plan.arenaBytes}`, String(end));
  } else if (place.kind === "variable") {
    if (variables.has(place.spec)) refuse("a variable must have one buffer", `two of ${label}`);
    variables.add(place.spec);
  } else if (place.kind === "feed") {
    if (plan.feeds.filter(({ buffer }) => buffer === index).length !== 1) {
      refuse("a feed's buffer must belong to one feed", place.name);
    }
  } else if (place.kind === "constant") {
    const wanted = hostArray(dtype, 0).constructor;
    if (place.data.constructor !== wanted || place.data.length !== size) {
      const got = `${place.data.constructor.name} of ${place.data.length}`;
      refuse(`the data must be a ${wanted.name} of ${size}`, got);
    }
  }
}

function checkFeeds(plan: Plan): void {
  const names = new Set<string>();
  for (const { name, shape, dtype, buffer: index } of plan.feeds) {
    const refuse: Refuse = refuseAt(`feed ${name}`);
    const buffer = plan.buffers[index];
    if (names.has(name)) refuse("names must differ", `two feeds of that name`);
    names.add(name);
    if (buffer?.place.kind !== "feed" || buffer.place.name !== name) {
      refuse("its buffer must be the feed's", `b${index}`);
    }
    if (buffer.dtype !== dtype || buffer.size !== sizeOf(shape)) {
      const got = `${buffer.dtype}[${buffer.size}]`;
      refuse(`its buffer must be ${dtype} and hold shape ${showShape(shape)}`, got);
    }
  }
}
