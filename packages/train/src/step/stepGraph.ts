import {
  add,
  cast,
  constant,
  div,
  gradientReach,
  input,
  meanOverRanks,
  minimum,
  type Node,
  oneRank,
  type Ranks,
  rngState,
  topological,
  type Update,
  type Variable,
} from "@metrigrad/graph";
import { type Application, type AppliedParameter, nodesOf } from "@metrigrad/nn";
import type { Optimizer, OptimizerContext, Penalty, Phase } from "@metrigrad/optim";
import { type Store, tensor } from "@metrigrad/tensor";
import { composePhases } from "./compose.ts";
import type { StepContext } from "./context.ts";
import { type AveragePair, exchanged, exchangedNodes } from "./exchange.ts";
import { type FeedNodes, type FeedSpecs, feedNodes, numberFeed } from "./feeds.ts";
import { type Forward, forwardPass, type LossResult } from "./forward.ts";
import { l2Penalty } from "./penalty.ts";
import { drawsRandom } from "./randomState.ts";
import { quantitiesOf, type ReportedQuantity } from "./report.ts";
import { type Slots, slotsOf } from "./slots.ts";
import { type TrainedChoice, trainedOf } from "./trained.ts";

/** The settings of a training step. */
export interface StepSpec<F extends FeedSpecs> {
  readonly where: string;
  readonly optimizer: Optimizer;
  readonly parameters?: TrainedChoice | undefined;
  readonly feeds: F;
  readonly loss: (feeds: FeedNodes<F>, context: StepContext) => LossResult;
  readonly weights?: ((feeds: FeedNodes<F>) => Node | null) | undefined;
  readonly steps?: number | undefined;
  readonly l2: number;
  /** Whether a run goes on from the state on the store. */
  readonly resume: boolean;
  /** The processes that take the step together; one by default. */
  readonly ranks?: Ranks | undefined;
}

/** The graph of one training step. */
export interface StepGraph {
  /** Returns the loss of the batch without the L2 term, at a step where these phases are due. It is a scalar. */
  lossAt(due: readonly number[]): Node;
  readonly outputs: Readonly<Record<string, Node>>;
  /** The number of steps done before this one, an i32 feed. */
  readonly number: Node;
  /** The L2 term; null if there is none. */
  readonly penalty: Penalty | null;
  readonly parameters: readonly AppliedParameter[];
  readonly phases: readonly Phase[];
  readonly slots: Slots;
  /** The number of steps done, which checkpoints keep, an i32 scalar. */
  readonly counter: Variable;
  /** The number, from 1, of the first step that was not finite, an i32 scalar; 0 if there is none. */
  readonly failed: Variable;
  /** The updates before the first step, which set the slots from which it begins. */
  readonly begin: readonly Update[];
  /** Whether a step depends on the progress of the run, as with a schedule. */
  readsProgress(): boolean;
  /** Returns all updates of a step where these phases are due, without those of the counters. */
  updates(due: readonly number[]): Update[];
  /** Returns the quantities that a step with these phases can report, from before the step. */
  reported(
    due: readonly number[],
    costly: boolean,
  ): { readonly labels: readonly ReportedQuantity[]; readonly nodes: readonly Node[] };
}

/** Builds the graph of a step. Throws what the loss, its modules and the optimizer throw, and GraphError. */
export function stepGraph<F extends FeedSpecs>(store: Store, spec: StepSpec<F>): StepGraph {
  const { where, optimizer, steps, ranks = oneRank } = spec;
  const number = input(numberFeed, [], "i32");
  const step = cast(number, "float");
  const progress = steps === undefined ? constant(0) : minimum(div(step, steps), 1);
  const common = {
    where,
    store,
    loss: spec.loss,
    weights: spec.weights ?? null,
    step,
    progress,
    ranks,
  };
  const forward = { ...common, feeds: feedNodes(where, spec.feeds) };
  const trained = forwardPass(forward, "train");
  const { loss, outputs, samples, applier } = trained;
  const parameters = trainedOf(where, trained, store, spec.parameters);
  const penalty = l2Penalty(parameters, spec.l2);
  const members = (pass: Forward) => applicationsOf(pass, parameters);
  let inferred: readonly Application[] | null = null;
  const { observed = () => [] } = applier.applications[0] ?? {};
  const context: Omit<OptimizerContext, "slot"> = {
    loss,
    penalty,
    observed: observed(),
    applications: members(trained),
    inference: () => {
      inferred ??= members(forwardPass(forward, "infer"));
      return inferred;
    },
    parameters,
    samples,
    ranks,
    float: store.float,
    floats: store.backend.floats,
    step,
    progress,
    gradients: null,
  };
  const first = (parameters[0] as AppliedParameter).variable;
  const optimized = (reuse: boolean) => {
    const slots = slotsOf(store, optimizer.name, parameters, reuse);
    const scalar = { shape: [], type: "i32" } as const;
    const counter = slots.slot(first, "step", scalar);
    const failed = slots.slot(first, "failed", scalar);
    const phases = optimizer.update({ ...context, slot: slots.slot });
    const pairs = parameters.flatMap(({ variable }): AveragePair[] => {
      const average = optimizer.averages && slots.known(variable, optimizer.averages);
      return average ? [[variable, average]] : [];
    });
    return { slots, counter, failed, phases, pairs };
  };
  const again = optimized(spec.resume);
  const resumed = spec.resume && again.slots.complete();
  const made = resumed || !spec.resume ? again : optimized(false);
  const { slots, counter, failed, pairs } = made;
  const own = { loss, outputs, phases: made.phases, updates: applier.updates };
  const turned = exchanged(own, pairs);
  const { phases } = turned;
  return {
    lossAt: (due) => {
      const own = due.map((index) => phases[index]?.loss).findLast(isKnown) ?? turned.loss;
      return meanOverRanks(own, ranks);
    },
    outputs: turned.outputs,
    number,
    penalty,
    parameters,
    phases,
    slots,
    counter,
    failed,
    begin: pairs.map(([parameter, slot]) => [slot, parameter]),
    readsProgress: () => {
      const updates = [...turned.updates, ...phases.flatMap((phase) => phase.updates)];
      const roots = [turned.loss, ...phases.flatMap((phase) => phase.loss ?? [])];
      return topological([...roots, ...updates.flatMap(updateNodes)]).includes(progress);
    },
    updates: (due) => {
      const { updates } = composePhases(
        where,
        due.map((index) => phases[index] as Phase),
      );
      const drawing = [turned.loss, ...Object.values(turned.outputs)];
      return withRandomState([...turned.updates, ...updates], drawing);
    },
    reported: (due, costly) => {
      const chosen = due.map((index) => {
        const phase = phases[index] as Phase;
        const { labels, nodes } = quantitiesOf(phase, costly);
        return { ...phase, labels, read: exchangedNodes(nodes, pairs) };
      });
      const labels = chosen.flatMap((one) => one.labels);
      return { labels, nodes: composePhases(where, chosen).read };
    },
  };
}

function updateNodes([, ...nodes]: Update): readonly Node[] {
  return nodes as readonly Node[];
}

function isKnown(loss: Node | undefined): loss is Node {
  return loss !== undefined;
}

/**
 * Returns the applications that have a trained parameter, and through which a gradient comes to the loss or to an
 * observed response. Their weights have mean 1, as metrics need them.
 */
function applicationsOf(
  { applier, loss, relativeWeights }: Forward,
  parameters: readonly AppliedParameter[],
): readonly Application[] {
  const own = new Set(parameters.map(({ variable }) => variable));
  const observations = applier.applications[0]?.observed() ?? [];
  const ends = [loss, ...observations.flatMap(({ output }) => nodesOf(output))];
  const reached = new Set(ends.flatMap((end) => [...gradientReach(end)]));
  const consumersOf = ({ uses }: Application) =>
    uses.flatMap((use) => use.consumers.map(([at]) => at));
  const consumers = new Set(applier.applications.flatMap(consumersOf));
  // Another node that reads a parameter may be the derivative of any application by its inputs.
  const beside = new Set([...reached].flatMap((one) => (consumers.has(one) ? [] : one.inputs)));
  const counts = (one: Application) => {
    const trained = Object.values(one.trained);
    const values = [...nodesOf(one.response), ...consumersOf(one), ...trained];
    return (
      trained.some((variable) => own.has(variable)) &&
      values.some((value) => (trained.includes(value as Variable) ? beside : reached).has(value))
    );
  };
  return applier.applications
    .filter(counts)
    .map((one) => (relativeWeights === null ? one : { ...one, rowWeights: relativeWeights }));
}

/** Adds the update of the shared random counter if something draws, so that it is guarded as all state is. */
function withRandomState(updates: readonly Update[], roots: readonly Node[]): Update[] {
  const own = updates.some(([variable]) => variable === rngState);
  if (own || !drawsRandom([...roots, ...updates.map(([, value]) => value)])) return [...updates];
  return [...updates, [rngState, add(rngState, constant(tensor(Uint32Array.of(0, 1))))]];
}
