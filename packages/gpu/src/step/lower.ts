import type { PlainStep } from "@metrigrad/tensor";
import type { Dispatch, Memory } from "../wgsl/kernel.ts";

/** Returns the dispatches of a step, in order. */
export type Lower<S extends PlainStep> = (step: S, memory: Memory) => readonly Dispatch[];
