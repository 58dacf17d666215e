import {
  argMax,
  cast,
  equal,
  expandDims,
  greater,
  logicalAnd,
  logicalNot,
  logicalOr,
  max,
  min,
  type Node,
} from "@metrigrad/graph";
import { type AnyLaw, categorical, type NodeTree } from "@metrigrad/nn";

/** The rows that are predicted right. */
export interface Hits {
  /** [n]: 1 for a row if all of its responses that count are right, and 0 otherwise. */
  readonly right: Node;
  /** [n]: 1 for a row with a response that counts. Null if all rows count. */
  readonly counted: Node | null;
}

/** One part of a response: its values, and masks or weights. */
interface Part {
  readonly values: Node;
  readonly counts: readonly Node[];
}

/** Returns the rows whose most probable response is the target; null if a part of the response is continuous. */
export function hitsOf(law: AnyLaw, targets: NodeTree, output: NodeTree): Hits | null {
  if (law.parts(output).some((part) => part.law.outcomes(1) === null)) return null;
  // Laws split targets by their structure alone, so nodes may take the place of tensors.
  const partsOf = (y: unknown): readonly Part[] =>
    (law.targets?.(y, y) as readonly Part[] | undefined) ?? [{ values: y as Node, counts: [] }];
  const predicted = partsOf(law.predict(output));
  const rows = partsOf(targets).map(({ values, counts }, at) => {
    const { values: guess } = predicted[at] as Part;
    const present = counts.map((one) => presence(one, values));
    const here = present.length === 0 ? null : present.reduce((a, b) => logicalAnd(a, b));
    const same = isShares(law.parts(output)[at]?.law, guess)
      ? equal(argMax(guess, { axis: -1 }), argMax(values, { axis: -1 }))
      : equal(guess, cast(values, guess.type));
    return {
      right: everyOf(here === null ? same : logicalOr(same, logicalNot(here))),
      counted: here === null ? null : someOf(here),
    };
  });
  const right = rows.map((one) => one.right).reduce((a, b) => logicalAnd(a, b));
  const counted = rows.map((one) => one.counted);
  return {
    right: cast(right, "float"),
    counted: counted.includes(null)
      ? null
      : cast(
          (counted as Node[]).reduce((a, b) => logicalOr(a, b)),
          "float",
        ),
  };
}

/**
 * Whether targets are shares of classes and not labels. A prediction is then right if it finds the class with the
 * largest share.
 */
function isShares(law: AnyLaw | undefined, guess: Node): boolean {
  return law === categorical() && guess.type === "float";
}

/** Returns which values count, with axes of size 1 at the end so that the shapes broadcast. */
function presence(counts: Node, values: Node): Node {
  const present = counts.type === "bool" ? counts : greater(cast(counts, "float"), 0);
  const missing = values.shape.length - counts.shape.length;
  return Array.from({ length: missing }).reduce<Node>(
    (node) => expandDims(node, node.shape.length),
    present,
  );
}

function everyOf(values: Node): Node {
  const axes = values.shape.map((_, axis) => axis).slice(1);
  if (axes.length === 0) return values;
  return greater(min(cast(values, "float"), { axis: axes }), 0);
}

function someOf(values: Node): Node {
  const axes = values.shape.map((_, axis) => axis).slice(1);
  if (axes.length === 0) return values;
  return greater(max(cast(values, "float"), { axis: axes }), 0);
}
