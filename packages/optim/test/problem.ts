import {
  add,
  compile,
  constant,
  grad,
  input,
  mean,
  mul,
  type Node,
  neg,
  type Program,
  slice,
  square,
  sum,
  type Variable,
  variable,
  variableName,
} from "@metrigrad/graph";
import {
  applyModel,
  categorical,
  dense,
  gaussian,
  type Module,
  type RowLaw,
  sequential,
} from "@metrigrad/nn";
import {
  type Backend,
  type FloatType,
  reference,
  type Store,
  type Tensor,
  tensor,
  uniformStream,
} from "@metrigrad/tensor";
import { Matrix } from "ml-matrix";
import type { Optimizer, OptimizerContext, Phase } from "../src/index.ts";

/** Rows of one fixed batch. */
export const batchSize = 12;

const stream = uniformStream({ seed: 5, path: "problem" });

/** Inputs [12, 4]. */
export const inputs = tensor(
  Float64Array.from({ length: batchSize * 4 }, (_, i) => stream.normal(i)),
  { shape: [batchSize, 4] },
);

/** Labels [12] of 3 classes. */
export const labels = tensor(Int32Array.from({ length: batchSize }, (_, i) => i % 3));

/** Other batches [12, 4] of the same labels. */
export function batchesOf(count: number): Feeds[] {
  return Array.from({ length: count }, (_, batch) => {
    const draws = uniformStream({ seed: 6 + batch, path: "batches" });
    const data = Float64Array.from({ length: batchSize * 4 }, (_, i) => draws.normal(i));
    return { x: tensor(data, { shape: [batchSize, 4] }), y: labels };
  });
}

/** A small classifier. */
export function classifier(): Module {
  return sequential(dense(4, 5, { activation: "tanh" }), dense(5, 3)) as Module;
}

const stepVariable = variable("step", [], { role: "state" });

/** Targets [12, 3] of a regression. */
export const targets = tensor(
  Float64Array.from({ length: batchSize * 3 }, (_, i) => 2 * stream.normal(1000 + i)),
  { shape: [batchSize, 3] },
);

/** A linear layer, whose loss under a Gaussian law is a quadratic function of its weights. */
export function regression(): Module {
  return dense(4, 3) as Module;
}

/** The context of a step of regression under a Gaussian law, without L2 unless said otherwise. */
export function regressionContext(model: Module, beta = 0): OptimizerContext {
  return contextOf(model, beta, gaussian(), input("y", targets.shape));
}

/** The context of one training step of a model on the batch, or one of `rows` rows, with L2 of 0.01. */
export function contextOf(
  model: Module,
  beta = 0.01,
  law: RowLaw = categorical(),
  y: Node = input("y", labels.shape, "i32"),
  rows = batchSize,
  float: FloatType = "f64",
): OptimizerContext {
  const x = input("x", [rows, 4]);
  const applied = applyModel(model, x, { mode: "train", law });
  const slots = new Map<string, Variable>();
  let squares: Node = constant(0);
  for (const { variable: w, decay } of applied.parameters) {
    if (decay === "none") continue;
    const part = decay === "all" ? w : slice(w, [[0, (w.shape[0] as number) - 1]]);
    squares = add(squares, sum(square(part)));
  }
  return {
    loss: neg(mean(law.logProb(y, applied.output))),
    observed: [{ output: applied.output, law, weight: 1 }],
    penalty: beta === 0 ? null : { beta, value: mul(squares, beta / 2) },
    applications: applied.applications,
    inference: () => applyModel(model, x, { mode: "infer", law }).applications,
    parameters: applied.parameters,
    samples: rows,
    float,
    step: stepVariable,
    progress: mul(stepVariable, 1 / 100),
    slot: (parameter, name, options = {}) => {
      const { shape = parameter.shape, type = "float", init } = options;
      const owner = applied.parameters.find(({ variable }) => variable === parameter);
      const path = `optimizer/${name}/${owner?.path ?? variableName(parameter)}`;
      const own =
        init === undefined
          ? ({ role: "state", type } as const)
          : ({ role: "state", type, init } as const);
      const known = slots.get(path) ?? variable(path, shape, own);
      slots.set(path, known);
      return known;
    },
    gradients: null,
  };
}

/** Runs an optimizer on the one batch; the losses before each step and the variables after `steps` steps. */
export async function train(
  model: Module,
  optimizer: Optimizer,
  steps: number,
  seed = 1,
  context: OptimizerContext = contextOf(model),
  feeds: Feeds = { x: inputs, y: labels },
) {
  const backend = await reference();
  const store = await backend.store(model, { seed });
  const phases = await phasesOn(store, optimizer, context);
  const program = await compile({ outputs: { loss: context.loss } }, store);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const { loss } = await program.run(feeds);
    losses.push((await loss.read()).item());
    await phases(step, feeds);
  }
  const parameters = new Map<string, Float64Array>();
  for (const { path } of store.variables) {
    parameters.set(path, Float64Array.from((await store.read(path)).data()));
  }
  await backend.close();
  return { losses, parameters };
}

/** Rows and labels of one batch, by the names of the inputs. */
export type Feeds = Readonly<Record<string, Tensor>>;

/** x̃ rows of a batch. */
export function augmented({ x }: Feeds): Matrix {
  const data = x?.data() ?? [];
  return new Matrix(
    Array.from({ length: batchSize }, (_, s) => [...data.slice(4 * s, 4 * s + 4), 1]),
  );
}

/** Compiles the phases of an optimizer; the function runs those that are due at a step, in order. */
async function phasesOn(store: Store, optimizer: Optimizer, context: OptimizerContext) {
  const count: Phase = { every: 1, updates: [[stepVariable, add(stepVariable, 1)]] };
  const phases = [...optimizer.update(context), count];
  const programs: Program<unknown>[] = [];
  for (const { updates } of phases) programs.push(await compile({ outputs: [], updates }, store));
  return async (step: number, feeds: Feeds) => {
    for (const [index, { every, offset = 0, from = 0 }] of phases.entries()) {
      if (step % every !== offset || step < from) continue;
      const program = programs[index] as Program<unknown>;
      const used = program.plan.feeds.map(({ name }) => [name, feeds[name] as Tensor] as const);
      await program.run(Object.fromEntries(used));
    }
  };
}

/**
 * Runs the phases that are due, in order, once for each batch; the variables of the store after every
 * step, beginning with those before the first.
 */
export async function follow(
  model: Module,
  optimizer: Optimizer,
  batches: readonly Feeds[],
  context: OptimizerContext = contextOf(model),
  open: () => Promise<Backend> = reference,
): Promise<ReadonlyMap<string, Float64Array>[]> {
  const backend = await open();
  const store = await backend.store(model, { seed: 1 });
  const phases = await phasesOn(store, optimizer, context);
  const values = async () => {
    const found = new Map<string, Float64Array>();
    for (const { path } of store.variables)
      found.set(path, Float64Array.from((await store.read(path)).data()));
    return found;
  };
  const trajectory = [await values()];
  for (const [step, feeds] of batches.entries()) {
    await phases(step, feeds);
    trajectory.push(await values());
  }
  await backend.close();
  return trajectory;
}

/** Runs the phases that are due on a store, once for each batch. */
export async function stepsOn(
  store: Store,
  optimizer: Optimizer,
  context: OptimizerContext,
  batches: readonly Feeds[],
): Promise<void> {
  const phases = await phasesOn(store, optimizer, context);
  for (const [step, feeds] of batches.entries()) await phases(step, feeds);
}

/** Loss and gradient of the problem at the start, with the parameters themselves. */
export async function start(model: Module, seed = 1) {
  const { loss, penalty, parameters } = contextOf(model);
  const whole = add(loss, penalty?.value ?? 0);
  const variables = parameters.map((parameter) => parameter.variable);
  const backend = await reference();
  const store = await backend.store(model, { seed });
  const program = await compile({ outputs: grad(whole, variables) }, store);
  const handles = await program.run({ x: inputs, y: labels });
  const values = await Promise.all(
    parameters.map(async ({ path }, i) => ({
      name: path,
      value: Float64Array.from((await store.read(path)).data()),
      gradient: Float64Array.from((await handles[i]?.read())?.data() ?? []),
    })),
  );
  await backend.close();
  return values;
}

/** Largest absolute difference. */
export function gap(a: ArrayLike<number> | undefined, b: ArrayLike<number> | undefined): number {
  if (a === undefined || b === undefined || a.length !== b.length) return Number.POSITIVE_INFINITY;
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - (b[i] as number))));
}
