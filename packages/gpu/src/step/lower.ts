import type { Step } from "@metrigrad/tensor";
import type { Dispatch, Memory } from "../wgsl/kernel.ts";

/** The dispatches of a step, in order. */
export type Lower<S extends Step> = (step: S, memory: Memory) => readonly Dispatch[];
