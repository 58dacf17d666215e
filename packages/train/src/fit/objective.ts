import { type AnySplit, classesOf, inputScaleOf, type Reading } from "@metrigrad/data";
import { isNode, type Node, neg } from "@metrigrad/graph";
import { type AnyLaw, type AnyModule, checkTargets, type NodeTree } from "@metrigrad/nn";
import { mapTree, ShapeError, type Tree } from "@metrigrad/tensor";
import type { BatchNodes } from "../data/form.ts";
import type { StepContext } from "../step/context.ts";

/** The objective that a run minimises. */
export interface Objective {
  readonly model: AnyModule;
  /** The likelihood; null if the user has passed a loss. */
  readonly likelihood: AnyLaw | null;
  readonly loss: ((output: never, targets: never, context: StepContext) => Node) | null;
}

/** Returns the model's output for a batch and its loss: −ln p of each sample, or the value of the user's loss. */
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

/**
 * Throws DataError if a law cannot observe the targets, and ShapeError if the model's number of outputs does not fit
 * the classes of the data.
 */
export function checkObserved(
  where: string,
  likelihood: AnyLaw,
  { targets, targetsAre }: AnySplit,
  output: NodeTree,
  reading: Reading,
): void {
  const widths = mapTree(output, isNode, ({ shape }) => shape.at(-1) ?? 1);
  checkClasses(likelihood, targets, widths as Tree<number>, reading);
  const scaleOf = (path: string) => (targetsAre === "inputs" ? inputScaleOf(reading, path) : 1);
  checkTargets(where, likelihood, targets, widths as Tree<number>, scaleOf);
}

/** Checks that a law of labels has exactly the labels of the data's classes. */
function checkClasses(
  likelihood: AnyLaw,
  targets: AnySplit["targets"],
  widths: Tree<number>,
  reading: Reading,
): void {
  const one = { path: "", law: likelihood, width: widths as number };
  for (const { path, law, width } of likelihood.targets?.(targets, widths) ?? [one]) {
    const classes = classesOf(reading, path);
    if (classes === undefined || width === classes) continue;
    const { support } = law;
    if (support?.has(classes - 1, width) === true && !support.has(classes, width)) continue;
    const what = path === "" ? "" : ` for ${path}`;
    throw new ShapeError({
      where: "fit",
      must: `the model must put out one value per class${what}, [n, ${classes}]`,
      got: `[n, ${width}]`,
      todo: "change the size of its last layer",
    });
  }
}
