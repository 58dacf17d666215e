import { GraphError, type Tensor } from "@metrigrad/tensor";
import type { StepResult, TrainingStep } from "../trainingStep.ts";
import type { Ending, SolveEvent } from "./events.ts";
import type { Measurer } from "./measurer.ts";
import type { SolvingOptions } from "./options.ts";
import type { ResidentPoints } from "./residentPoints.ts";

/** The result of the steps of a run. */
export interface Steps {
  readonly history: readonly SolveEvent[];
  /** The number of steps done, those before the run included. */
  readonly steps: number;
  readonly endedBy: Ending;
}

/** Does the steps of a run. Throws DivergenceError, and GraphError if no steps are left. */
export async function runSteps(
  where: string,
  training: TrainingStep,
  resident: ResidentPoints,
  measures: Measurer,
  options: SolvingOptions,
): Promise<Steps> {
  const { steps, seconds: budget = Number.POSITIVE_INFINITY, tolerance = -1 } = options;
  const { onStep, signal } = options;
  const first = training.count;
  if (first >= steps) throw nothingLeft(where, first, steps);
  const isLooked = looks(options);
  const history: SolveEvent[] = [];
  let seconds = 0;
  let endedBy: Ending | null = null;
  for (let at = first; endedBy === null; at++) {
    if (signal?.aborted) {
      endedBy = "signal";
      break;
    }
    const step = at + 1;
    if (step === steps) endedBy = "steps";
    else if (seconds >= budget) endedBy = "seconds";
    const turn = measures.every > 0 && step % measures.every === 0;
    const looked = endedBy !== null || turn || isLooked(step);
    const start = performance.now();
    await resident.renew(at, at === first);
    const result = looked ? await training.run({}) : await training.advance({});
    // The first step compiles its program.
    if (at > first) seconds += (performance.now() - start) / 1000;
    if (result) {
      if (result.loss <= tolerance) endedBy ??= "tolerance";
      const due = measures.every > 0 && (turn || endedBy !== null);
      const measured = due ? await measures.read() : null;
      const event = eventOf(result, { steps, seconds, measures: measured });
      history.push(event);
      await onStep?.(event);
    }
  }
  await training.check();
  return { history: Object.freeze(history), steps: training.count, endedBy };
}

/** Whether the loss of a step is read. */
function looks({ checkEvery = 1, report = false }: SolvingOptions): (step: number) => boolean {
  const { every = 1 } = typeof report === "object" ? report : {};
  return (step) => step % checkEvery === 0 || (report !== false && step % every === 0);
}

function eventOf(
  { step, loss, outputs, report }: StepResult,
  known: Pick<SolveEvent, "steps" | "seconds" | "measures">,
): SolveEvent {
  const losses = Object.entries(outputs).map(([name, value]) => [name, (value as Tensor).item()]);
  return Object.freeze({
    step,
    loss,
    losses: Object.freeze(Object.fromEntries(losses)),
    report,
    ...known,
  });
}

function nothingLeft(where: string, done: number, steps: number): GraphError {
  return new GraphError({
    where,
    must: `the run must have steps left (it has ${steps})`,
    got: `a store on which this optimizer has done ${done}`,
    todo: "ask for more steps, or begin the optimizer anew: { resume: false }",
  });
}
