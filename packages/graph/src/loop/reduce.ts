import { simplifyGraph } from "../compile/simplify.ts";
import { makeNode, type Node } from "../core/node.ts";
import { withOrigin } from "../core/scope.ts";
import { topological } from "../core/topology.ts";
import { isLoopOutput, loopOutputOp } from "./loopOutput.ts";
import { reducedLoop } from "./reducedLoop.ts";
import type { LoopOutputAttrs } from "./results.ts";

/** The most rounds. Each round removes what the round before made useless; what is left after these stays. */
const mostRounds = 8;

/**
 * An equal graph whose loops compute less.
 *
 * It leaves out results that nobody reads and carries that do not change. Inputs that are one known number become that number.
 * Without this, second derivatives of a loop would compute mostly zeros.
 */
export function reduceLoops(roots: readonly Node[]): Node[] {
  let current = [...roots];
  let size = Number.POSITIVE_INFINITY;
  for (let round = 0; round < mostRounds; round++) {
    const order = topological(current);
    const loops = loopsOf(order);
    if (loops.size === 0) return current;
    const now = weightOf(loops);
    if (now >= size) return current;
    size = now;
    current = simplifyGraph(rebuilt(current, order, loops));
  }
  return current;
}

/** The results of each loop, in order. */
export function loopsOf(order: readonly Node[]): Map<string, Node<LoopOutputAttrs>[]> {
  const loops = new Map<string, Node<LoopOutputAttrs>[]>();
  for (const node of order) {
    if (!isLoopOutput(node)) continue;
    const key = keyOf(node);
    const list = loops.get(key) ?? [];
    list.push(node);
    loops.set(key, list);
  }
  return loops;
}

function keyOf(node: Node<LoopOutputAttrs>): string {
  return loopOutputOp.joint?.key(node) ?? "";
}

/** The number of things in all loops. It shrinks as long as there is something to leave out. */
function weightOf(loops: ReturnType<typeof loopsOf>): number {
  let sum = 0;
  for (const outputs of loops.values()) {
    const [{ inputs, attrs }] = outputs as [Node<LoopOutputAttrs>];
    const { body } = attrs;
    const roots = [
      ...body.carries.map(({ next }) => next),
      ...outputs.map((one) => one.attrs.value),
    ];
    sum += outputs.length + inputs.length + topological(roots).length;
  }
  return sum;
}

/** The graph with each of its loops reduced. */
function rebuilt(
  roots: readonly Node[],
  order: readonly Node[],
  loops: ReturnType<typeof loopsOf>,
): Node[] {
  const made = new Map<Node, Node>();
  const now = (node: Node) => made.get(node) ?? node;
  for (const node of order) {
    if (made.has(node)) continue;
    if (isLoopOutput(node)) {
      const outputs = loops.get(keyOf(node)) as Node<LoopOutputAttrs>[];
      const results = reducedLoop(outputs, node.inputs.map(now), reduceLoops);
      for (const [at, output] of outputs.entries()) made.set(output, results[at] as Node);
    } else if (node.inputs.some((input) => made.has(input))) {
      made.set(
        node,
        withOrigin(node, () => makeNode(node.op, node.inputs.map(now), node.attrs)),
      );
    }
  }
  return roots.map(now);
}
