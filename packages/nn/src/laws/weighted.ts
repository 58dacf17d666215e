import {
  broadcastTo,
  cast,
  expandDims,
  fill,
  greater,
  mul,
  type Node,
  notEqual,
  reshape,
  showNode,
  where,
} from "@metrigrad/graph";
import { type Shape, ShapeError, sameShape, showShape, type Tensor } from "@metrigrad/tensor";
import type { Law, ResponsePart } from "./law.ts";
import { mapNodes, samplesOf } from "./nodes.ts";
import { summed, targetsOf, termsOf, under } from "./terms.ts";

/**
 * A response with a mask: some of its parts count and others do not.
 *
 * @category Laws and losses
 */
export interface Masked<Y> {
  /** The response. Parts that do not count may hold anything. */
  readonly value: Y;
  /** 1 or true if a response counts, 0 or false if not. It is [n], or [n, a…] for several responses per sample. */
  readonly mask: Node;
}

/**
 * A response with weights: its parts count more or less.
 *
 * @category Laws and losses
 */
export interface Weighted<Y> {
  /** The response. Parts with a weight of 0 may hold anything. */
  readonly value: Y;
  /** The weights ≥ 0 of the responses: [n], or [n, a…] for several responses per sample. */
  readonly weight: Node;
}

/**
 * Makes a law of which some responses are missing.
 *
 * A missing response has ln p = 0 and a derivative of 0, whatever its value is. The value may be NaN or a label that does
 * not exist. `given(y)` leaves missing responses out of the information too.
 *
 * {@includeCode ../../../../examples/api/nn/masked.ts#example}
 *
 * @param law - The law of a response.
 * @returns The law of `{ value, mask }`. The mask is [n], or [n, a…] if the law is `independent`.
 * @nothrow
 * @category Laws and losses
 */
export function masked<H, Y>(law: Law<H, Y>): Law<H, Masked<Y>> {
  return counted<H, Y, Masked<Y>>(law, {
    name: `masked(${law.name})`,
    part: "mask",
    of: ({ value, mask }) => ({ value, counts: mask }),
    make: (value, counts) => ({ value, mask: counts }),
  });
}

/**
 * Makes a law of which some responses count more than others.
 *
 * ln p and the information of each response are multiplied by its weight. A weight of 2 stands for two equal observations.
 * So ln p no longer belongs to a distribution over y.
 *
 * @param law - The law of a response.
 * @returns The law of `{ value, weight }`. The weights are [n], or [n, a…] if the law is `independent`.
 * @nothrow
 * @category Laws and losses
 */
export function weighted<H, Y>(law: Law<H, Y>): Law<H, Weighted<Y>> {
  return counted<H, Y, Weighted<Y>>(law, {
    name: `weighted(${law.name})`,
    part: "weight",
    of: ({ value, weight }) => ({ value, counts: weight }),
    make: (value, counts) => ({ value, weight: counts }),
  });
}

/** How a response and its counts are kept together. */
interface Kind<Y, Z> {
  readonly name: string;
  readonly part: "mask" | "weight";
  readonly of: (y: Z) => { readonly value: Y; readonly counts: Node };
  readonly make: (value: Y, counts: Node) => Z;
}

/** A response on the host. */
interface ObservedCounts {
  readonly value: unknown;
  readonly counts: Tensor;
}

/** Returns the law with counts, which are fixed if `bound` is given. */
function counted<H, Y, Z>(law: Law<H, Y>, kind: Kind<Y, Z>, bound: Node | null = null): Law<H, Z> {
  const { name, part } = kind;
  const inner = termsOf(law);
  /** Returns a value for each response times its counts; 0 if these are 0. */
  const scaled = (each: Node, counts: Node): Node => {
    const own = along(name, part, counts, each.shape);
    const present = presence(own);
    const some = where(present, each, 0);
    return part === "mask" ? some : mul(some, asFloat(own));
  };
  /** Puts 0 in the place of missing values, so that no NaN of them reaches a derivative. */
  const cleared = <T>(tree: T, counts: Node): T =>
    mapNodes(tree, (node) => where(presence(along(name, part, counts, node.shape)), node, 0));
  const logProb = (y: Z, h: H): Node => {
    const { value, counts } = kind.of(y);
    return scaled(inner.logProb(cleared(value, counts), cleared(h, counts)), counts);
  };
  const innerKl = inner.kl;
  const kl =
    innerKl === null
      ? null
      : (h: H, other: H): Node => {
          if (bound === null) return innerKl(h, other);
          return scaled(innerKl(cleared(h, bound), cleared(other, bound)), bound);
        };
  const wrapped = (value: Y, h: H): Z => kind.make(value, bound ?? fill([samplesOf(name, h)], 1));
  return Object.freeze({
    name,
    logProb: (y, h) => summed(logProb(y, h)),
    sample: (h, key) => wrapped(law.sample(h, key), h),
    predict: (h) => wrapped(law.predict(h), h),
    kl: kl === null ? null : (h, other) => summed(kl(h, other)),
    support: law.support,
    isDensity: law.isDensity ?? true,
    parts: (h) =>
      law
        .parts(h)
        .map((one) =>
          bound === null
            ? one
            : countedPart(name, one, part === "mask" ? asFloat(presence(bound)) : asFloat(bound)),
        ),
    given: (y) => {
      const { value, counts } = kind.of(y);
      return counted(law.given(value), kind, counts);
    },
    terms: { logProb, kl },
    targets: (targets, widths) => {
      const { value, counts } = kind.of(targets as Z) as unknown as ObservedCounts;
      return targetsOf(law, value, widths).map((one) =>
        under("value", { ...one, counts: [...one.counts, counts] }),
      );
    },
  } satisfies Law<H, Z>);
}

/** Returns a part whose rows count as often as the responses that they belong to. Throws ShapeError. */
function countedPart(name: string, part: ResponsePart, numbers: Node): ResponsePart {
  const [rows = 0] = part.natural.shape;
  const size = numbers.shape.reduce((product, length) => product * length, 1);
  if (size === 0 || rows % size !== 0) {
    throw new ShapeError({
      where: name,
      must: `the ${rows} responses of ${part.law.name} must be as many for each count`,
      got: `counts ${showShape(numbers.shape)}`,
      todo: "give a count per sample, [n], or one per response",
    });
  }
  const each = reshape(numbers, [size, 1]);
  const own = reshape(broadcastTo(each, [size, rows / size]), [rows]);
  const weights = part.weights === null ? own : mul(own, part.weights);
  return { ...part, weights };
}

/** Returns counts with axes of size 1 behind, so that they fit values of a shape. Throws ShapeError. */
function along(name: string, part: string, counts: Node, shape: Shape): Node {
  const lead = shape.slice(0, counts.shape.length);
  if (counts.shape.length === 0 || !sameShape(lead, counts.shape)) {
    throw new ShapeError({
      where: name,
      must: `the ${part} must have the first axes of the values ${showShape(shape)}`,
      got: showNode(counts),
      todo: "give a number per sample, [n], or one per response of an independent law",
    });
  }
  return shape.slice(lead.length).reduce((node) => expandDims(node, node.shape.length), counts);
}

/** Returns which counts are above 0, or not 0 for integers. */
function presence(counts: Node): Node {
  if (counts.type === "bool") return counts;
  return counts.type === "float" ? greater(counts, 0) : notEqual(counts, 0);
}

function asFloat(counts: Node): Node {
  return counts.type === "float" ? counts : cast(counts, "float");
}
