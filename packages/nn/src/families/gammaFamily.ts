import {
  add,
  broadcastTo,
  digamma,
  div,
  greater,
  isFinite,
  lgamma,
  log,
  logicalAnd,
  mul,
  type Node,
  neg,
  polygamma,
  sub,
} from "@metrigrad/graph";
import { constantInit, zeros } from "../init/constant.ts";
import { defFamily } from "./defFamily.ts";
import type { Coordinates, Family } from "./family.ts";
import { gammaDraws } from "./gammaDraws.ts";

/**
 * The names of the statistics ln x and x.
 *
 * @category Laws and losses
 */
export type GammaStatistics = "log" | "linear";

/**
 * The shape and the rate of gamma distributions.
 *
 * @category Laws and losses
 */
export interface GammaShape {
  /** The shape α > 0, [b…]. */
  readonly shape: Node;
  /** The rate β > 0, [b…]. */
  readonly rate: Node;
}

/**
 * The family of gamma distributions.
 *
 * @category Laws and losses
 */
export interface GammaFamily extends Family<GammaStatistics> {
  /**
   * Returns the shape and the rate of natural coordinates.
   *
   * @param natural - The natural coordinates η.
   * @returns α and β, [b…] each.
   */
  toShape(natural: Coordinates<GammaStatistics>): GammaShape;
  /**
   * Returns the natural coordinates of a shape and a rate.
   *
   * @param shape - α and β, [b…] each.
   * @returns The natural coordinates η.
   */
  fromShape(shape: GammaShape): Coordinates<GammaStatistics>;
}

/**
 * Returns the family of gamma distributions p(x) = β^α x^(α−1) e^(−βx)/Γ(α) of numbers x > 0.
 *
 * The natural coordinates are η = { log: α − 1, linear: −β }. The expectation coordinates are m = { log: ψ(α) − ln β,
 * linear: α/β }, where ψ is the digamma function. Draws carry no gradient.
 *
 * @returns The family, always the same object. It begins at α = β = 1.
 * @nothrow
 * @category Laws and losses
 */
export function gammaFamily(): GammaFamily {
  return family;
}

const family: GammaFamily = Object.freeze({
  ...defFamily<GammaStatistics>({
    name: "gammaFamily",
    shapes: { log: [], linear: [] },
    natural: {
      start: { log: zeros, linear: constantInit(-1) },
      contains: (natural) => {
        const { shape, rate } = toShape(natural);
        const positive = logicalAnd(greater(shape, 0), greater(rate, 0));
        return logicalAnd(positive, isFinite(add(shape, rate)));
      },
    },
    expectation: null,
    logPartition: (natural) => {
      const { shape, rate } = toShape(natural);
      return sub(lgamma(shape), mul(shape, log(rate)));
    },
    toExpectation: (natural) => {
      const { shape, rate } = toShape(natural);
      return { log: sub(digamma(shape), log(rate)), linear: div(shape, rate) };
    },
    statistics: (x) => ({ log: log(x), linear: x }),
    sample: (natural, key, count) => {
      const { shape, rate } = toShape(natural);
      const many = count === undefined ? shape.shape : [count, ...shape.shape];
      return div(gammaDraws(broadcastTo(shape, many), key), rate);
    },
    // F = [[ψ′, 1/β], [1/β, α/β²]].
    solve: (natural, g) => {
      const { shape, rate } = toShape(natural);
      const trigamma = polygamma(1)(shape);
      const scale = sub(mul(shape, trigamma), 1);
      const across = mul(rate, g.linear);
      return {
        log: div(sub(mul(shape, g.log), across), scale),
        linear: div(mul(rate, sub(mul(trigamma, across), g.log)), scale),
      };
    },
  }),
  toShape,
  fromShape: ({ shape, rate }: GammaShape) => ({ log: sub(shape, 1), linear: neg(rate) }),
});

/** Returns α and β of natural coordinates. */
function toShape({ log: power, linear }: Coordinates<GammaStatistics>): GammaShape {
  return { shape: add(power, 1), rate: neg(linear) };
}
