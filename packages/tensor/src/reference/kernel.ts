import type { PlainStep } from "../plan/step.ts";
import type { Memory } from "./memory.ts";

/** Makes a step of one kind runnable on a memory. */
export type Kernel<K extends PlainStep["kind"]> = (
  step: Extract<PlainStep, { kind: K }>,
  memory: Memory,
) => () => void;

/** A kernel for every step kind; loops are run by whoever runs the plan. */
export type Kernels = { readonly [K in PlainStep["kind"]]: Kernel<K> };

/** Runs the steps of one executable: each is made ready once and then runs many times. */
export interface HostSteps {
  /** Makes a step runnable on a memory. */
  prepare(step: PlainStep, memory: Memory): () => void;
  /** Frees what it holds. */
  close(): void;
}
