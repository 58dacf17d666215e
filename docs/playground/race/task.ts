import type { Backend, Optimizer } from "metrigrad";

/** One optimizer at work on a task: its own store, and its own steps. */
export interface Runner {
  /** Does one step, without waiting for its result. */
  readonly step: () => Promise<void>;
  /** Waits until all steps are done. Throws DivergenceError. */
  readonly settle: () => Promise<void>;
  /** The measures of the task, by name. */
  readonly measure: () => Promise<Readonly<Record<string, number>>>;
  readonly close: () => Promise<void>;
}

/** A task of the race. */
export interface Task<R extends Runner = Runner> {
  /** Starts an optimizer. `steps` is the length of the run, which schedules follow. */
  readonly start: (backend: Backend, optimizer: Optimizer, steps: number) => Promise<R>;
}
