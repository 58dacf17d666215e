import type { Node } from "../../core/node.ts";
import { withOrigin } from "../../core/scope.ts";
import { dependents, topological } from "../../core/topology.ts";
import { add } from "../../ops/arithmetic.ts";
import { broadcastTo } from "../../ops/broadcastTo.ts";
import { reshape } from "../../ops/reshape.ts";
import { stopGradientOp } from "../../ops/stopGradient.ts";
import { type ChainTerm, chainTerms } from "./chainTerms.ts";
import { elementwiseTerm, scaled } from "./elementwiseTerm.ts";
import { genericTerm } from "./genericTerm.ts";
import { multilinearRule } from "./multilinearTerm.ts";
import { type Derivative, type Direction, leadOf, orderOf, textOf } from "./parts.ts";
import { rowsAt } from "./stacks.ts";
import { type Term, type TermRule, total } from "./term.ts";

/** The derivatives of a value, [leading axes…, the value's shape…] by `leadOf`. Null for a derivative that is zero. */
export type Streams = (derivative: Derivative) => Node | null;

/**
 * The derivatives of y along directions of x. They are carried from x to y next to the values.
 *
 * Each derivative is computed once for every node between x and y, together with the lower derivatives that it needs.
 *
 * For a direction of its own, `seed` returns its vectors: [x's shape…], or [size, x's shape…] for a stack.
 */
export function streamsOf(y: Node, x: Node, seed: (direction: Direction) => Node): Streams {
  const order = topological([y]);
  const moved = dependents(order, [x]);
  const path = order.filter((node) => node !== x && moved.has(node) && node.type === "float");
  const rules = new Map(path.map((node) => [node, ruleOf(node, (one) => moved.has(one))]));
  const carried = new Map<string, Map<Node, Node>>();

  /** The derivatives of a stack at some positions. */
  const selected = (stream: Node, { size, within }: Direction): Node => {
    const rows = rowsAt(stream, within?.at ?? []);
    return size === null ? reshape(rows, rows.shape.slice(1)) : rows;
  };

  const carry = (derivative: Derivative): Map<Node, Node> => {
    const text = textOf(derivative);
    const known = carried.get(text);
    if (known !== undefined) return known;
    const streams = new Map<Node, Node>();
    const [part] = derivative;
    if (part !== undefined && orderOf(derivative) === 1) {
      const { direction } = part;
      const { within } = direction;
      if (within !== null) {
        const stack = carry([{ direction: within.stack, kind: "first" }]);
        for (const [node, stream] of stack) streams.set(node, selected(stream, direction));
        carried.set(text, streams);
        return streams;
      }
      if (moved.has(x)) streams.set(x, seed(direction));
    }
    const terms = chainTerms(derivative).map((term) => ({
      ...term,
      // In the term with one block, the inner derivative is the derivative itself.
      inner: term.blocks.map((block) =>
        term.blocks.length === 1 ? streams : carry(block.derivative),
      ),
    }));
    carried.set(text, streams);
    const lead = leadOf(derivative);
    for (const node of path) {
      const stream = withOrigin(node, () => {
        const values = terms.map((term) => {
          const value = valueOf(node, x, term, rules.get(node) as TermRule);
          return value === null ? null : scaled(value, term.times);
        });
        const sum = total(values, (a, b) => add(a, b));
        return sum === null ? null : broadcastTo(sum, [...lead, ...node.shape]);
      });
      if (stream !== null) streams.set(node, stream);
    }
    return streams;
  };
  return (derivative) => carry(derivative).get(y) ?? null;
}

/** A term of the chain rule at a node. */
function valueOf(
  node: Node,
  x: Node,
  { blocks, summed, inner }: ChainTerm & { readonly inner: readonly ReadonlyMap<Node, Node>[] },
  rule: TermRule,
): Node | null {
  const given = blocks.map(({ derivative, labels }, at) => ({
    derivative,
    labels,
    streams: node.inputs.map((input) => inner[at]?.get(input) ?? null),
  }));
  if (given.some(({ streams }) => streams.every((stream) => stream === null))) return null;
  const sizes = new Map<number, number>();
  for (const { derivative, labels } of blocks) {
    leadOf(derivative).forEach((size, k) => {
      sizes.set(labels[k] as number, size);
    });
  }
  const free = [...sizes.keys()].filter((label) => !summed.includes(label)).sort((a, b) => a - b);
  const lead = { labels: [...summed, ...free], summed: summed.length, sizes };
  const term: Term = { node, x, blocks: given, lead };
  return rule(term);
}

/** The rule by which an op carries derivatives. */
function ruleOf(node: Node, moved: (input: Node) => boolean): TermRule {
  if (node.op === stopGradientOp) return () => null;
  if (node.op.expr !== undefined) return elementwiseTerm;
  return multilinearRule(node, moved) ?? genericTerm;
}
