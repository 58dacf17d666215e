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
 * Categorical distributions of labels 0 … k − 1, i32. η = { label: h } are logits and m = { label: π } the probabilities,
 * [b…, k] each. A constant added to all logits changes nothing: F⁻¹ is that of gradients that add up to 0, as those of all
 * functions of π do. Draws carry no gradient.
 *
 * @param size - k.
 * @returns The family; it begins at equal probabilities.
 * @throws ShapeError for a size below 2
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
