import {
  add,
  cast,
  constant,
  div,
  input,
  mean,
  type Node,
  neg,
  rngState,
  type Update,
} from "@metrigrad/graph";
import { type AppliedModel, applyModel, type RowLaw as Law, type Module } from "@metrigrad/nn";
import type { Optimizer, Penalty, Phase } from "@metrigrad/optim";
import { ShapeError, showShape, tensor } from "@metrigrad/tensor";
import { batchNodes, type ResidentSplit } from "../data/resident.ts";
import { composePhases } from "./compose.ts";
import { l2Penalty } from "./penalty.ts";
import { drawsRandom } from "./randomState.ts";
import { stepCounter } from "./state.ts";
import { quantitiesOf, type ToldQuantity } from "./told.ts";

/** What a training step is made of. */
export interface StepSpec {
  readonly model: Module;
  readonly likelihood: Law;
  readonly optimizer: Optimizer;
  readonly data: ResidentSplit;
  readonly batchSize: number;
  /** β of the L2 term. */
  readonly l2: number;
  /** Steps of the whole run, which `progress` is a fraction of. */
  readonly steps: number;
  /** Number of classes, where the targets are class indices. */
  readonly classes?: number | undefined;
}

/** The graph of one training step. */
export interface StepGraph {
  /** The batch mean of −ln p, without the L2 term. */
  readonly loss: Node;
  /** The L2 term, null where there is none. */
  readonly penalty: Penalty | null;
  readonly phases: readonly Phase[];
  /** Everything that changes at a step where these phases are due; the step counter is not among it. */
  updates(due: readonly number[]): Update[];
  /** What can be told of such a step, as it is before it. */
  told(
    due: readonly number[],
    costly: boolean,
  ): { readonly labels: readonly ToldQuantity[]; readonly nodes: readonly Node[] };
}

/** Name of the feed of a step: the rows of its batch, i32 [batchSize]. */
export const rowsFeed = "rows";

/** Builds the graph of a step. Throws what the model, the likelihood and the optimizer throw. */
export function stepGraph(spec: StepSpec): StepGraph {
  const { model, likelihood, optimizer, data, batchSize, l2, steps } = spec;
  const { x, y } = batchNodes(data, input(rowsFeed, [batchSize], "i32"));
  const applied = applyModel(model, x, { mode: "train", law: likelihood });
  checkOutput(applied.output, spec.classes);
  const loss = neg(mean(likelihood.logProb(y, applied.output)));
  const penalty = l2Penalty(applied.parameters, l2);
  const step = cast(stepCounter, "float");
  let inferred: AppliedModel | null = null;
  const phases = optimizer.update({
    loss,
    prediction: { output: applied.output, law: likelihood },
    penalty,
    applications: applied.applications,
    inference: () => {
      inferred ??= applyModel(model, x, { mode: "infer", law: likelihood });
      return inferred.applications;
    },
    parameters: applied.parameters,
    batchSize,
    step,
    progress: div(step, steps),
  });
  return {
    loss,
    penalty,
    phases,
    updates: (due) => {
      const optimized = composePhases(due.map((index) => phases[index] as Phase));
      return withRandomState([...applied.updates, ...optimized.updates], loss);
    },
    told: (due, costly) => {
      const chosen = due.map((index) => {
        const phase = phases[index] as Phase;
        const { labels, nodes } = quantitiesOf(phase, costly);
        return { ...phase, labels, told: nodes };
      });
      return { labels: chosen.flatMap(({ labels }) => labels), nodes: composePhases(chosen).told };
    },
  };
}

/** Adds the step of the shared random counter where something draws, so that it is guarded as all state is. */
function withRandomState(updates: readonly Update[], loss: Node): Update[] {
  const own = updates.some(([variable]) => variable === rngState);
  if (own || !drawsRandom([loss, ...updates.map(([, value]) => value)])) return [...updates];
  return [...updates, [rngState, add(rngState, constant(tensor(Uint32Array.of(0, 1))))]];
}

function checkOutput({ shape }: Node, classes: number | undefined): void {
  if (classes === undefined || shape.at(-1) === classes) return;
  throw new ShapeError({
    where: "fit",
    must: `the model must put out one value per class, [n, ${classes}]`,
    got: showShape(shape),
    todo: "change the size of its last layer",
  });
}
