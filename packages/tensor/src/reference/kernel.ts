import type { Step, StepKind } from "../plan/step.ts";
import type { Memory } from "./memory.ts";

/** Makes a step of one kind runnable on a memory. */
export type Kernel<K extends StepKind> = (
  step: Extract<Step, { kind: K }>,
  memory: Memory,
) => () => void;

/** A kernel for every step kind. */
export type Kernels = { readonly [K in StepKind]: Kernel<K> };

/** Runs the steps of one executable: each is made ready once and then runs many times. */
export interface HostSteps {
  /** Makes a step runnable on a memory. */
  prepare(step: Step, memory: Memory): () => void;
  /** Frees what it holds. */
  close(): void;
}
