import {
  div,
  isNode,
  mean,
  meanOverRanks,
  mul,
  type Node,
  type Ranks,
  sum,
} from "@metrigrad/graph";
import { type AnyModule, type Applier, applierOf, type Mode } from "@metrigrad/nn";
import { GraphError, ShapeError, type Store, showShape } from "@metrigrad/tensor";
import { type StepContext, stepContext } from "./context.ts";

/**
 * What a loss returns: a node that is a scalar or has a value per sample, [n]. It may also be a record of that node
 * and of outputs to read.
 *
 * @category Train: own loops
 */
export type LossResult =
  | Node
  | { readonly loss: Node; readonly outputs?: Readonly<Record<string, Node>> };

/** The settings of a step's forward pass. */
export interface ForwardSpec<F> {
  readonly where: string;
  readonly store: Store;
  readonly feeds: F;
  readonly loss: (feeds: F, context: StepContext) => LossResult;
  readonly weights: ((feeds: F) => Node | null) | null;
  readonly step: Node;
  readonly progress: Node;
  /** The processes that take the step together; one by default. */
  readonly ranks: Ranks;
}

/** A forward pass. */
export interface Forward {
  /** A scalar. */
  readonly loss: Node;
  readonly outputs: Readonly<Record<string, Node>>;
  /** The applier, which has the modules' applications in this pass. */
  readonly applier: Applier;
  /** The modules that the loss applied. */
  readonly modules: ReadonlySet<AnyModule>;
  /** The weights of the samples, [n], with mean 1; null if all are 1. */
  readonly relativeWeights: Node | null;
  /** The number of samples of the batch. */
  readonly samples: number;
}

/** Calls the loss. Throws what the loss throws, and GraphError or ShapeError if its result does not fit. */
export function forwardPass<F>(spec: ForwardSpec<F>, mode: Mode): Forward {
  const { where, store, feeds, step, progress, ranks } = spec;
  const rowWeights = spec.weights?.(feeds) ?? null;
  if (rowWeights !== null) checkWeights(where, rowWeights);
  const applier = applierOf({ mode, rowWeights, ranks, pathOf: (one) => store.pathOf(one) });
  const modules = new Set<AnyModule>();
  const context = stepContext(applier, modules, { where, store, mode, step, progress });
  const { loss: given, outputs } = resultOf(where, spec.loss(feeds, context));
  const first = Object.values(feeds as Record<string, Node>)[0]?.shape[0];
  const samples = given.shape[0] ?? applier.applications[0]?.samples ?? first ?? 1;
  return {
    loss: averageOf(where, given, rowWeights, ranks),
    outputs,
    applier,
    modules,
    samples,
    relativeWeights:
      rowWeights === null ? null : div(mul(rowWeights, samples), sumOf(rowWeights, ranks)),
  };
}

/** Returns the mean of a loss per sample, weighted if the samples have weights. A scalar stays as it is. */
function averageOf(where: string, loss: Node, weights: Node | null, ranks: Ranks): Node {
  if (loss.shape.length === 0) {
    if (weights === null) return loss;
    throw new GraphError({
      where,
      must: "the loss must have a value per sample, [n], where samples have weights",
      got: "a scalar",
      todo: "leave the mean over the batch to the step",
    });
  }
  if (weights === null) return mean(loss);
  if (loss.shape[0] === weights.shape[0]) {
    return div(sum(mul(loss, weights)), sumOf(weights, ranks));
  }
  throw new ShapeError({
    where,
    must: "there must be as many weights as values of the loss",
    got: `${showShape(weights.shape)} and ${showShape(loss.shape)}`,
    todo: "return a value per sample, or leave the weights out",
  });
}

/** Returns the sum of the weights of a rank, as the mean over ranks. So the mean over ranks of weighted means is that of all samples. */
function sumOf(weights: Node, ranks: Ranks): Node {
  return meanOverRanks(sum(weights), ranks);
}

function resultOf(where: string, result: LossResult) {
  const { loss, outputs = {} } = isNode(result) ? { loss: result } : (result ?? {});
  if (!isNode(loss) || loss.type !== "float" || loss.shape.length > 1) {
    throw new GraphError({
      where,
      must: "loss must return a float node that is a scalar or [n], or { loss, outputs }",
      got: isNode(loss) ? `${loss.type} ${showShape(loss.shape)}` : describe(result),
      todo: "return for example mean(square(sub(y, target)))",
    });
  }
  const odd = Object.entries(outputs).find(([, node]) => !isNode(node));
  if (odd === undefined) return { loss, outputs };
  throw new GraphError({
    where,
    must: `outputs.${odd[0]} must be a node`,
    got: typeof odd[1],
    todo: "return nodes by name: { loss, outputs: { y } }",
  });
}

function describe(value: unknown): string {
  return value instanceof Promise ? "a promise" : `a ${typeof value}`;
}

function checkWeights(where: string, weights: Node): void {
  if (isNode(weights) && weights.type === "float" && weights.shape.length === 1) return;
  throw new ShapeError({
    where,
    must: "weights must be float [n]",
    got: isNode(weights) ? `${weights.type} ${showShape(weights.shape)}` : typeof weights,
    todo: "return one of the feeds: { weights: ({ w }) => w }",
  });
}
