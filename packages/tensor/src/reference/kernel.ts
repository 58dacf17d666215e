import type { Step, StepKind } from "../plan/step.ts";
import type { Memory } from "./memory.ts";

/** Makes a step of one kind runnable on a memory. */
export type Kernel<K extends StepKind> = (
  step: Extract<Step, { kind: K }>,
  memory: Memory,
) => () => void;

/** A kernel for every step kind. */
export type Kernels = { readonly [K in StepKind]: Kernel<K> };
