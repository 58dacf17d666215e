import { type Feeds, rngState, type Update } from "@metrigrad/graph";
import type { Communicator, Store } from "@metrigrad/tensor";
import { type StepProgram, stepProgram } from "../ranks/stepProgram.ts";
import { dueName, duePhases } from "./due.ts";
import { drawsRandom } from "./randomState.ts";
import { type OptimizerReport, type ReportedQuantity, reportOf } from "./report.ts";
import type { StepGraph } from "./stepGraph.ts";

/**
 * Reads the optimizer's report of a step. It has programs of its own, so training gives the same numbers without it.
 */
export interface Reporter {
  /** Reads the report of a step, counted from 0, before the step is done. */
  report(step: number, feeds: Feeds): Promise<OptimizerReport>;
  close(): Promise<void>;
}

/** A program, and the labels of its outputs. */
interface ReportProgram {
  readonly program: StepProgram;
  readonly labels: readonly ReportedQuantity[];
}

/** Returns a reporter. It compiles one program for each set of phases, when it is first needed. */
export function reporter(
  graph: StepGraph,
  store: Store,
  costly: boolean,
  communicator: Communicator | null = null,
): Reporter {
  const known = new Map<string, ReportProgram>();
  const programOf = async (due: readonly number[]): Promise<ReportProgram> => {
    const found = known.get(dueName(due));
    if (found !== undefined) return found;
    const { labels, nodes } = graph.reported(due, costly);
    // The random draws are those of the step that follows.
    const kept: readonly Update[] = drawsRandom(nodes) ? [[rngState, rngState]] : [];
    const whole = { outputs: nodes, updates: kept };
    const made = { labels, program: await stepProgram(store, whole, communicator) };
    known.set(dueName(due), made);
    return made;
  };
  return {
    async report(step, feeds) {
      const { program, labels } = await programOf(duePhases(graph.phases, step));
      const handles = await program.read(feeds);
      return reportOf(step + 1, labels, await Promise.all(handles.map((one) => one.read())));
    },
    close: async () => {
      await Promise.all([...known.values()].map(({ program }) => program.close()));
    },
  };
}
