import type { PlainStep } from "../plan/step.ts";
import type { Memory } from "./memory.ts";

/** A function that prepares a step of one kind: it returns a function that runs the step on a memory. */
export type Kernel<K extends PlainStep["kind"]> = (
  step: Extract<PlainStep, { kind: K }>,
  memory: Memory,
) => () => void;

/** A kernel for every step kind. Whoever runs the plan also runs the loops. */
export type Kernels = { readonly [K in PlainStep["kind"]]: Kernel<K> };

/**
 * Runs the steps of one executable. Each step is prepared once and then runs many times.
 *
 * @category For authors of backends
 */
export interface HostSteps {
  /**
   * Prepares a step.
   *
   * @param step - The step.
   * @param memory - The buffers that it reads and writes.
   * @returns A function that runs the step once.
   */
  prepare(step: PlainStep, memory: Memory): () => void;
  /** Frees what the steps hold. */
  close(): void;
}
