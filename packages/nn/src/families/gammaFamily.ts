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

/** Statistics ln x and x. */
export type GammaStatistics = "log" | "linear";

/** Shape α and rate β of gamma distributions, [b…] each. */
export interface GammaShape {
  readonly shape: Node;
  readonly rate: Node;
}

/** The family of gamma distributions. */
export interface GammaFamily extends Family<GammaStatistics> {
  /** α and β of η. */
  toShape(natural: Coordinates<GammaStatistics>): GammaShape;
  /** η of α and β. */
  fromShape(shape: GammaShape): Coordinates<GammaStatistics>;
}

/**
 * Gamma distributions p(x) = β^α x^(α−1) e^(−βx)/Γ(α) of numbers x > 0. η = { log: α − 1, linear: −β } and
 * m = { log: ψ(α) − ln β, linear: α/β }. Draws carry no gradient.
 *
 * @returns The family, always the same object; it begins at α = β = 1.
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

function toShape({ log: power, linear }: Coordinates<GammaStatistics>): GammaShape {
  return { shape: add(power, 1), rate: neg(linear) };
}
