import {
  adam,
  add,
  applyModel,
  type Backend,
  cast,
  categorical,
  compile,
  constantSchedule,
  dense,
  div,
  type FloatType,
  gather,
  input,
  mean,
  type NamedVariable,
  type Node,
  neg,
  type Optimizer,
  relu,
  rngd,
  sequential,
  sgd,
  tensor,
  type Update,
  type Variable,
  variable,
} from "metrigrad";
import type { Contestant } from "../contestant.ts";
import {
  checkedSteps,
  type NaturalProblem,
  type StepProblem,
  type TrainingProblem,
} from "../problems.ts";

/** A step as `fit` makes it, without its guard: rows are gathered from resident data by a feed. */
export interface StepGraph {
  readonly loss: Node;
  readonly updates: readonly Update[];
  /** What is resident: the model's parameters, inputs, labels, and what the optimizer keeps. */
  readonly variables: readonly NamedVariable[];
  /** Counts steps; reading it waits for them. */
  readonly counter: Variable;
}

/** Batches of which the resident data consist, all equal. */
function batchesOf(batch: number): number {
  return Math.max(1, Math.round(1000 / batch));
}

/** The graph of the step; the variables of its model begin with the values of the layers. */
export function stepGraph(problem: StepProblem): StepGraph {
  const { optimizer, learningRate } = problem;
  return graphOf(problem, optimizer === "adam" ? adam({ learningRate }) : sgd({ learningRate }));
}

function graphOf(problem: TrainingProblem, optimizer: Optimizer): StepGraph {
  const { batch, layers, x, labels } = problem;
  const model = sequential(
    ...layers.map(({ inputs, outputs, w }, index) => {
      const activation = index < layers.length - 1 ? { activation: relu } : {};
      return dense(inputs, outputs, { ...activation, init: () => w });
    }),
  );
  const width = x.length / batch;
  const rows = batchesOf(batch) * batch;
  const inputs = variable("inputs", [rows, width], {
    role: "data",
    init: () => repeated(x, rows * width),
  });
  const classes = variable("labels", [rows], {
    type: "i32",
    role: "data",
    init: () => repeated(labels, rows),
  });
  const chosen = input("rows", [batch], "i32");
  const taken = gather(inputs, chosen);
  const law = categorical();
  const applied = applyModel(model, taken, { mode: "train", law });
  const loss = neg(mean(law.logProb(gather(classes, chosen), applied.output)));
  const counter = variable("step", [], { type: "i32", role: "state" });
  const paths = new Map(applied.parameters.map(({ variable, path }) => [variable, path]));
  const slots = new Map<string, Variable>();
  const done = cast(counter, "float");
  const phases = optimizer.update({
    loss,
    penalty: null,
    observed: [{ output: applied.output, law, weight: 1 }],
    applications: applied.applications,
    inference: () => [],
    parameters: applied.parameters,
    samples: batch,
    float: "f32",
    step: done,
    progress: div(done, 1e9),
    slot: (parameter, name, { shape = parameter.shape, type, init } = {}) => {
      const path = `${paths.get(parameter)}/${name}`;
      const options = { role: "state", type: type ?? "float", ...(init && { init }) } as const;
      const slot = slots.get(path) ?? variable(path, shape, options);
      slots.set(path, slot);
      return slot;
    },
    gradients: null,
  });
  const updates = phases.flatMap((phase) => [...phase.updates]);
  const named = (path: string, { attrs }: Variable): NamedVariable => ({ path, spec: attrs });
  return {
    loss,
    updates: [...updates, [counter, add(counter, 1)]],
    variables: [
      ...[...paths].map(([one, path]) => named(path, one)),
      ...[...slots].map(([path, one]) => named(path, one)),
      ...Object.entries({ inputs, labels: classes, step: counter }).map((one) => named(...one)),
    ],
    counter,
  };
}

function repeated(values: Float32Array | Int32Array, size: number): Float32Array {
  const all = new Float32Array(size);
  for (let at = 0; at < size; at += values.length) all.set(values.subarray(0, size - at), at);
  return all;
}

/** Trains without reading anything; batches take turns. */
export function step(
  backend: Backend,
  problem: StepProblem,
  float: FloatType,
): Promise<Contestant> {
  return trained(backend, problem, stepGraph(problem), float);
}

/** The same by rngd, without its average. */
export function natural(
  backend: Backend,
  problem: NaturalProblem,
  float: FloatType,
): Promise<Contestant> {
  const { learningRate, damping: absolute, momentum } = problem;
  const schedule = constantSchedule();
  const optimizer = rngd({ learningRate, absolute, momentum, schedule, average: null });
  return trained(backend, problem, graphOf(problem, optimizer), float);
}

async function trained(
  backend: Backend,
  problem: TrainingProblem,
  { loss, updates, variables, counter }: StepGraph,
  float: FloatType,
): Promise<Contestant> {
  const store = await backend.store(variables, { float });
  const observed = await compile({ outputs: loss, updates }, store);
  const program = await compile({ outputs: [], updates }, store);
  const batches = batchesOf(problem.batch);
  const feeds = Array.from({ length: batches }, (_, at) => {
    const rows = Int32Array.from({ length: problem.batch }, (_, i) => at * problem.batch + i);
    return { rows: tensor(rows) };
  });
  let turn = 0;
  return {
    result: async () => {
      const losses: number[] = [];
      for (let i = 0; i < checkedSteps; i++) {
        losses.push((await (await observed.run(feeds[0])).read()).item());
      }
      // Drivers compile what is new in the other program when it runs first.
      await program.run(feeds[0]);
      await store.read(counter.attrs);
      return losses;
    },
    time: async (count) => {
      const begun = performance.now();
      for (let i = 0; i < count; i++) await program.run(feeds[turn++ % batches]);
      await store.read(counter.attrs);
      return (performance.now() - begun) / 1000;
    },
    close: () => store.close(),
  };
}
