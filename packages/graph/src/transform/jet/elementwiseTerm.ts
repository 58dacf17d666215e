import type { Node } from "../../core/node.ts";
import { add, mul } from "../../ops/arithmetic.ts";
import { uniformValue } from "../../ops/constant.ts";
import { where } from "../../ops/logic.ts";
import { choosesInput } from "../../ops/pointwise.ts";
import { partialOf } from "./partials.ts";
import { aligned, summedOver } from "./stacks.ts";
import { choicesOf, type InnerStreams, type Term, total } from "./term.ts";

/** The derivative ∂^b φ/∂a₁…∂a_b times the product of the blocks' streams, summed over all choices of inputs a for the blocks. */
export function elementwiseTerm(term: Term): Node | null {
  const { node, blocks, lead } = term;
  const rank = node.shape.length;
  const streamOf = (block: number, input: number) => {
    const { labels, streams } = blocks[block] as Term["blocks"][number];
    return aligned({ value: streams[input] as Node, labels }, lead, rank);
  };
  const expr = node.op.expr?.(node);
  if (expr !== undefined && choosesInput(expr)) {
    // The branch that is not taken has no effect, even if its derivatives are infinite.
    if (blocks.length > 1) return null;
    const [yes, no] = [1, 2].map((input) =>
      blocks[0]?.streams[input] ? streamOf(0, input) : 0,
    ) as [Node | 0, Node | 0];
    return where(node.inputs[0] as Node, yes, no);
  }
  const products = new Map<string, { inputs: number[]; times: number }>();
  const alike = blocks.every((block) => sameBlock(block, blocks[0] as InnerStreams));
  for (const inputs of choicesOf(blocks)) {
    // Equal blocks may be exchanged.
    const text = (alike ? inputs.toSorted((a, b) => a - b) : inputs).join();
    const known = products.get(text);
    if (known === undefined) products.set(text, { inputs, times: 1 });
    else known.times++;
  }
  const terms = [...products.values()].map(({ inputs, times }) => {
    const slope = partialOf(node, inputs);
    if (slope === null) return null;
    const streams = inputs.map((input, block) => streamOf(block, input));
    const product = summedOver(
      streams.reduce((a, b) => mul(a, b)),
      lead,
    );
    return scaled(uniformValue(slope) === 1 ? product : mul(slope, product), times);
  });
  return total(terms, (a, b) => add(a, b));
}

/** Whether two blocks have the same streams with the same leading axes. */
function sameBlock(a: InnerStreams, b: InnerStreams): boolean {
  const labels = a.labels.join() === b.labels.join();
  return labels && a.streams.every((stream, at) => stream === b.streams[at]);
}

/** A value times a number. For 1 it is the value itself. */
export function scaled(value: Node, times: number): Node {
  return times === 1 ? value : mul(times, value);
}
