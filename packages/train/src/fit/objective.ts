import { type AnySplit, classesOf, inputScaleOf, type Reading } from "@metrigrad/data";
import { isNode, type Node, neg } from "@metrigrad/graph";
import {
  type AnyLaw,
  type AnyModule,
  checkTargets,
  type NodeTree,
  namedNodes,
} from "@metrigrad/nn";
import { mapTree, ShapeError, showShape, type Tree } from "@metrigrad/tensor";
import type { BatchNodes } from "../data/form.ts";
import type { StepContext } from "../step/context.ts";

/** What a run minimises. */
export interface Objective {
  readonly model: AnyModule;
  /** Null where the loss is an own one. */
  readonly likelihood: AnyLaw | null;
  readonly loss: ((output: never, targets: never, context: StepContext) => Node) | null;
}

/** The model's output for a batch, and its loss: −ln p of each sample, or what the own loss gives. */
export function objectiveOf(
  { model, likelihood, loss }: Objective,
  { inputs, targets }: BatchNodes,
  context: StepContext,
): { readonly output: NodeTree; readonly loss: Node } {
  const output = context.apply(model as never, inputs as never) as NodeTree;
  if (likelihood !== null)
    return { output, loss: neg(context.observe(output, likelihood, targets)) };
  return {
    output,
    loss: (loss as NonNullable<typeof loss>)(output as never, targets as never, context),
  };
}

/** Throws ShapeError where a model does not put out one value per class. */
export function checkClasses(output: NodeTree, data: Reading): void {
  for (const [path, { shape }] of namedNodes(output)) {
    const classes = classesOf(data, path);
    if (classes === undefined || shape.at(-1) === classes) continue;
    throw new ShapeError({
      where: "fit",
      must: `the model must put out one value per class${path === "" ? "" : ` for ${path}`}, [n, ${classes}]`,
      got: showShape(shape),
      todo: "change the size of its last layer",
    });
  }
}

/** Throws DataError where a law cannot observe targets. */
export function checkObserved(
  where: string,
  likelihood: AnyLaw,
  { targets, targetsAre }: AnySplit,
  output: NodeTree,
  reading: Reading,
): void {
  const widths = mapTree(output, isNode, ({ shape }) => shape.at(-1) ?? 1);
  const scaleOf = (path: string) => (targetsAre === "inputs" ? inputScaleOf(reading, path) : 1);
  checkTargets(where, likelihood, targets, widths as Tree<number>, scaleOf);
}
