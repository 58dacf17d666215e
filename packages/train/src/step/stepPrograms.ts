import { compile } from "@metrigrad/graph";
import type { Store } from "@metrigrad/tensor";
import { dueName, duePhases, dueSets } from "./due.ts";
import { guardUpdates } from "./guard.ts";
import { type MeteredProgram, metered } from "./meter.ts";
import type { StepGraph } from "./stepGraph.ts";

/** The programs of a run, one for each set of phases that is due together. */
export interface StepPrograms {
  /** The program of a step, counted from 0. */
  at(step: number): MeteredProgram;
  /** Seconds on the metric since the last call. */
  takeMetricSeconds(): number;
  close(): Promise<void>;
}

/** Compiles what the steps first … end − 1 need, before any of them runs. */
export async function stepPrograms(
  graph: StepGraph,
  store: Store,
  first: number,
  end: number,
): Promise<StepPrograms> {
  const programs = new Map<string, MeteredProgram>();
  for (const [name, due] of dueSets(graph.phases, first, end)) {
    const updates = guardUpdates(graph.loss, graph.updates(due));
    programs.set(name, metered(await compile({ outputs: [], updates }, store)));
  }
  return {
    at: (step) => programs.get(dueName(duePhases(graph.phases, step))) as MeteredProgram,
    takeMetricSeconds: () =>
      [...programs.values()].reduce((sum, program) => sum + program.takeMetricSeconds(), 0),
    close: async () => {
      await Promise.all([...programs.values()].map((program) => program.close()));
    },
  };
}
