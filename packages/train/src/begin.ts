import { checkFinite, classesOf, dataSet } from "@metrigrad/data";
import type { Module } from "@metrigrad/nn";
import { GraphError, type Store, tensor } from "@metrigrad/tensor";
import { residentSplit } from "./data/resident.ts";
import { type Judge, judge } from "./judge.ts";
import type { FitOptions } from "./options.ts";
import { failedStep, stepCounter } from "./step/state.ts";
import { stepGraph } from "./step/stepGraph.ts";
import { type Trainer, trainer } from "./trainer.ts";

/** A run that is ready to train. */
export interface Begun {
  readonly store: Store;
  readonly trainer: Trainer;
  readonly judge: Judge;
  /** Steps done before, by the run that the store comes from. */
  readonly done: number;
  readonly stepsPerEpoch: number;
}

/** Checks the data, makes or takes the store, builds the step and compiles it. */
export async function begin(model: Module, options: FitOptions): Promise<Begun> {
  const { data, batchSize, epochs, l2 = 0 } = options;
  checkFinite(dataSet(data));
  const train = residentSplit(data, "train");
  const stepsPerEpoch = Math.floor(train.rows / batchSize);
  const steps = epochs * stepsPerEpoch;
  const { likelihood, optimizer } = options;
  const graph = stepGraph({
    model,
    likelihood,
    optimizer,
    data: train,
    batchSize,
    l2,
    steps,
    classes: classesOf(data),
  });
  const store = options.store ?? (await newStore(model, options));
  try {
    await store.add([...model.variables, stepCounter.attrs, failedStep.attrs]);
    // A store whose last run diverged may go on, with other settings.
    await store.write(failedStep.attrs.name, tensor(0));
    const done = (await store.read(stepCounter.attrs.name)).item();
    if (done >= steps) throw nothingLeft(done, steps);
    return {
      store,
      trainer: await trainer(graph, options, store, done, steps),
      judge: judge(model, options, store, graph.penalty),
      done,
      stepsPerEpoch,
    };
  } catch (error) {
    if (options.store === undefined) await store.close();
    throw error;
  }
}

async function newStore(model: Module, { backend, seed }: FitOptions): Promise<Store> {
  const device = await (typeof backend === "function" ? backend() : backend);
  if (typeof device?.store !== "function") {
    throw new GraphError({
      where: "fit",
      must: "backend must be one, a promise of one, or a function that makes one",
      got: typeof device,
      todo: "call it: { backend: await reference() }",
    });
  }
  return device.store(model, { seed });
}

function nothingLeft(done: number, steps: number): GraphError {
  return new GraphError({
    where: "fit",
    must: `the run must have steps left (it has ${steps})`,
    got: `a store that has done ${done}`,
    todo: `ask for more epochs, or begin anew by store.write("${stepCounter.attrs.name}", tensor(0))`,
  });
}
