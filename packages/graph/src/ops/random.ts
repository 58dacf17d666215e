import {
  arg,
  call,
  checkShape,
  GraphError,
  hashPath,
  literal,
  primitiveFns,
  type Shape,
  ShapeError,
  showShape,
} from "@metrigrad/tensor";
import { checkOptions } from "../core/checkOptions.ts";
import { asNode, type NodeLike } from "../core/like.ts";
import { makeNode, type Node } from "../core/node.ts";
import type { Op } from "../core/op.ts";
import { mul, sub } from "./arithmetic.ts";
import { less } from "./comparison.ts";
import { elementwise, type Unary } from "./elementwise.ts";
import { pointwiseOp } from "./pointwise.ts";
import { slice } from "./slice.ts";
import { squeeze } from "./squeeze.ts";
import { cos, log, sqrt } from "./transcendental.ts";
import { type Variable, variable } from "./variable.ts";

/**
 * The state that draws are made from by default, u32 [seed, counter]: the store's seed, and how
 * many runs of programs that draw from it there were.
 */
export const rngState: Variable = variable("random/state", [2], {
  type: "u32",
  role: "state",
  init: ({ seed }) => [seed, 0],
});

/** Attributes of random words. */
interface RandomAttrs {
  readonly key: number;
  readonly shape: Shape;
}

export const randomOp: Op<RandomAttrs> = {
  name: "random",
  infer: ([state], { shape }) => {
    const { type, shape: size } = state as Node;
    if (type === "u32" && size.length === 1 && size[0] === 2) return { shape, type: "u32" };
    throw new ShapeError({
      where: "random",
      must: "the state must be u32 [2], a seed and a counter",
      got: `${type} ${showShape(size)}`,
      todo: "leave it out, or pass a variable like rngState",
    });
  },
  vjp: () => [null],
  batch: () => {
    throw new GraphError({
      where: "random",
      must: "the state must be shared by all cases",
      got: "one state per case",
      todo: "draw the values of all cases outside of vmap and pass them in",
    });
  },
  lower: (node, context) => {
    const state = context.view(node.inputs[0] as Node);
    const output = context.result(node);
    const { key } = node.attrs;
    context.emit({ kind: "random", key, state, output, label: context.label(node) });
  },
};

/** Where draws come from. */
export interface RandomOptions {
  /** The path whose draws these are; equal paths give equal draws in one run. */
  readonly key: string;
  /** u32 [2], a seed and a counter; `rngState` by default. */
  readonly state?: Node;
}

const randomNames = ["key", "state"] as const;

/** Random 32-bit words as u32, a function of key and state (Threefry-2x32-20). Throws ShapeError. */
export function randomBits(shape: Shape, { key, state = rngState }: RandomOptions): Node {
  checkShape("random", shape);
  return makeNode(randomOp, [state], { key: hashPath(key), shape: [...shape] });
}

/** The upper 24 bits of a word as a float in [0, 1), exact in float32. */
const fraction: Unary = elementwise(
  pointwiseOp("fraction", 1, ([type = "u32"]) => {
    const { mul, shiftRight, toFloat } = primitiveFns;
    const upper = call(shiftRight, arg(0, type), literal(8, "u32"));
    return call(mul, call(toFloat, upper), literal(2 ** -24));
  }),
);

/** Uniform draws in [0, 1), multiples of 2⁻²⁴, the same bits on every backend. Throws ShapeError. */
export function uniform(shape: Shape, options: RandomOptions): Node {
  checkOptions("uniform", options, randomNames);
  return fraction(randomBits(shape, options));
}

/** Standard normal draws, of two words each (Box and Muller 1958); |x| < 5.8. Throws ShapeError. */
export function normal(shape: Shape, options: RandomOptions): Node {
  checkOptions("normal", options, randomNames);
  const words = randomBits([...shape, 2], options);
  const rest = shape.map(() => null);
  const half = (index: number) => {
    return fraction(squeeze(slice(words, [...rest, [index, index + 1]]), -1));
  };
  // 1 − u lies in (0, 1], where the logarithm is finite.
  const radius = sqrt(mul(log(sub(1, half(0))), -2));
  return mul(radius, cos(mul(half(1), 2 * Math.PI)));
}

/** Where draws come from, and how many. */
export interface BernoulliDrawOptions extends RandomOptions {
  /** The shape of the draws; that of p by default. */
  readonly shape?: Shape;
}

/** Draws that are true with probability p, as bool; p broadcasts to the shape. Throws ShapeError. */
export function bernoulliDraws(p: NodeLike, options: BernoulliDrawOptions): Node {
  checkOptions("bernoulliDraws", options, ["key", "state", "shape"]);
  const chance = asNode(p);
  const { shape = chance.shape, ...own } = options;
  return less(uniform(shape, own), chance);
}
