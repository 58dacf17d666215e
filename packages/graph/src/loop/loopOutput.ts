import type { Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { loopPullback } from "./backward.ts";
import { batchedOutput } from "./batch.ts";
import type { LoopOutputAttrs } from "./results.ts";

/**
 * The op of one result of a loop. Its inputs are all inputs of the loop.
 *
 * When a graph is compiled, one loop computes all results of one body on the same inputs. The same holds for their cotangents.
 */
export const loopOutputOp: Op<LoopOutputAttrs> = {
  name: "loop",
  infer: (_, { body, value, kind }) => {
    const shape = kind === "last" ? value.shape : [body.turns, ...value.shape];
    return { shape, type: value.type };
  },
  vjp: (node, cotangent, wanted) => loopPullback([node], [cotangent], wanted, []).inputs,
  joint: {
    key: ({ attrs, inputs }) => `${attrs.body.id}|${inputs.map(({ id }) => id).join()}`,
    isInside: ({ attrs }) => attrs.kind === "inside",
    vjp: loopPullback,
  },
  batch: batchedOutput,
  lower: () => {
    throw new Error("compile: a loop is lowered as a whole");
  },
  key: ({ body, value, kind }) => `${body.id} ${value.id} ${kind}`,
};

/** Whether a node is a result of a loop. */
export function isLoopOutput(node: Node): node is Node<LoopOutputAttrs> {
  return node.op === (loopOutputOp as Op);
}
