import {
  add,
  all,
  argMax,
  broadcastTo,
  greater,
  isFinite,
  log,
  logSumExp,
  mul,
  neg,
  oneHot,
  softmax,
  sub,
  uniform,
} from "@metrigrad/graph";
import { constantInit, zeros } from "../init/constant.ts";
import { defFamily } from "./defFamily.ts";
import type { Family } from "./family.ts";
import { checkSize } from "./starts.ts";

/**
 * Returns the family of categorical distributions of the labels 0 … k − 1, i32.
 *
 * The natural coordinates η = { label: h } are logits. The expectation coordinates m = { label: π } are the probabilities.
 * Both are [b…, k]. A constant added to all logits changes nothing. So F⁻¹ is that of gradients that add up to 0, as the
 * gradients of all functions of π do. Draws carry no gradient.
 *
 * @param size - The number k of labels.
 * @returns The family. It begins at the uniform distribution.
 * @throws {@link ShapeError} if the size is not an integer of at least 2.
 * @category Laws and losses
 */
export function categoricalFamily(size: number): Family<"label"> {
  checkSize("categoricalFamily", size, 2);
  return defFamily<"label">({
    name: `categoricalFamily(${size})`,
    shapes: { label: [size] },
    natural: {
      start: { label: zeros },
      contains: ({ label }) => all(isFinite(label), { axis: -1 }),
    },
    expectation: {
      start: { label: constantInit(1 / size) },
      contains: ({ label }) => all(greater(label, 0), { axis: -1 }),
    },
    logPartition: ({ label }) => logSumExp(label, { axis: -1 }),
    toExpectation: ({ label }) => ({ label: softmax(label, { axis: -1 }) }),
    toNatural: ({ label }) => ({ label: log(label) }),
    statistics: (x) => ({ label: oneHot(x, size) }),
    sample: ({ label }, key, count) => {
      // Gumbel-max: argmax(h − ln(−ln u)).
      const many = count === undefined ? label.shape : [count, ...label.shape];
      const u = add(mul(uniform(many, { key }), 1 - 2 ** -23), 2 ** -25);
      return argMax(sub(broadcastTo(label, many), log(neg(log(u)))), { axis: -1 });
    },
  });
}
