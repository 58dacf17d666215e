import { sub, type Update } from "@metrigrad/graph";
import { GraphError } from "@metrigrad/tensor";
import { unlessRejected } from "./core/accepted.ts";
import { gradients } from "./core/gradient.ts";
import type { Optimizer, OptimizerContext, Phase } from "./core/optimizer.ts";
import type { ChainStep } from "./core/step.ts";
import type { Transform } from "./core/transform.ts";

/**
 * Makes an optimizer of transforms: the gradient goes through them in order, and θ ← θ − u with the u that comes out.
 *
 * For example, `chain(precondition(), momentum(0.9), scale(0.1), klClip(0.05))` is RNGD with momentum, whose steps
 * are at most 0.05 √nats long.
 *
 * {@includeCode ../../../examples/api/optim/chain.ts#example}
 *
 * @param transforms - The links, in the order in which the gradient goes through them.
 * @returns The optimizer.
 * @throws {@link GraphError} if an argument is not a transform.
 * @category Optimizers: combining
 */
export function chain(...transforms: readonly Transform[]): Optimizer {
  const settings = { transforms: transforms.map((one) => ({ name: one?.name, ...one?.settings })) };
  return optimizerOf("chain", settings, transforms);
}

/** Makes an optimizer of transforms under a name of its own. Throws GraphError if one of them is not a transform. */
export function optimizerOf(
  name: string,
  settings: Readonly<Record<string, unknown>>,
  transforms: readonly Transform[],
): Optimizer {
  for (const [index, one] of transforms.entries()) {
    if (typeof one?.transform !== "function") throw notTransform(name, index, one);
  }
  return Object.freeze({
    name,
    settings,
    metric: transforms.find(({ metric }) => metric !== undefined)?.metric ?? null,
    update: (context) => phasesOf(transforms, context),
  } satisfies Optimizer);
}

function phasesOf(transforms: readonly Transform[], context: OptimizerContext): Phase[] {
  const given = gradients(context).map(({ variable, gradient }) => [variable, gradient] as const);
  const first: ChainStep = {
    gradients: given,
    directions: given,
    bend: null,
    straight: null,
    metric: null,
    updates: [],
    undone: [],
    always: [],
    before: [],
    after: [],
    length: null,
    accepts: [],
    last: [],
    report: { quantities: [], blocks: [] },
  };
  const whole = transforms.reduce((step, one) => one.transform(step, context), first);
  const done = whole.last.reduce((step, act) => act(step), whole);
  const { directions, updates, always, before, after, report } = unlessRejected(done);
  const moved = directions.map(([variable, u]): Update => [variable, sub(variable, u)]);
  const phase = { every: 1, updates: [...moved, ...updates, ...always], report };
  return [...before, phase, ...after];
}

function notTransform(where: string, index: number, got: unknown): GraphError {
  return new GraphError({
    where,
    must: "every argument must be a transform like scale(0.1)",
    got: `${typeof got} at position ${index}`,
    todo: "call it, or use an optimizer like sgd() without a chain",
  });
}
