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
 * The default state of random draws, u32 [2]: a seed and a counter.
 *
 * The seed is the store's seed. The counter is the number of runs that programs with draws from
 * this state have made on the store.
 *
 * @category Ops: random
 */
export const rngState: Variable = variable("random/state", [2], {
  type: "u32",
  role: "state",
  init: ({ seed }) => [seed, 0],
});

/** Attributes of random words: the number of their path, and the shape. */
interface RandomAttrs {
  readonly key: number;
  readonly shape: Shape;
}

/** Random words, as a function of a key and of a state. */
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

/**
 * Options of random draws.
 *
 * @category Ops: random
 */
export interface RandomOptions {
  /** The name of the draws, a path. In one run, equal keys give equal draws. */
  readonly key: string;
  /** The state, u32 [2]: a seed and a counter; {@link rngState} by default. */
  readonly state?: Node;
}

const randomNames = ["key", "state"] as const;

/**
 * Draws random words of 32 bits, as a function of key and state (Threefry-2x32-20).
 *
 * @param shape - The shape of the draws.
 * @param options - The key, and the state.
 * @returns The words, u32, of the given shape.
 * @throws {@link ShapeError} if the shape is not a list of sizes, or if the state is not u32 [2].
 * @category Ops: random
 */
export function randomBits(shape: Shape, options: RandomOptions): Node {
  checkOptions("random", options, ["key", "state"]);
  const { key, state = rngState } = options;
  checkShape("random", shape);
  return makeNode(randomOp, [state], { key: hashPath(key), shape: [...shape] });
}

/** The upper 24 bits of a word as a float in [0, 1). It is exact in float32. */
const fraction: Unary = elementwise(
  pointwiseOp("fraction", 1, ([type = "u32"]) => {
    const { mul, shiftRight, toFloat } = primitiveFns;
    const upper = call(shiftRight, arg(0, type), literal(8, "u32"));
    return call(mul, call(toFloat, upper), literal(2 ** -24));
  }),
);

/**
 * Draws uniform numbers in [0, 1).
 *
 * They are multiples of 2⁻²⁴, and have the same bits on every backend.
 *
 * @param shape - The shape of the draws.
 * @param options - The key, and the state.
 * @returns The numbers, float, of the given shape.
 * @throws {@link ShapeError} if the shape is not a list of sizes, or if the state is not u32 [2].
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: random
 */
export function uniform(shape: Shape, options: RandomOptions): Node {
  checkOptions("uniform", options, randomNames);
  return fraction(randomBits(shape, options));
}

/**
 * Draws standard normal numbers, each from two random words (Box and Muller 1958). All have |x| <
 * 5.8.
 *
 * @param shape - The shape of the draws.
 * @param options - The key, and the state.
 * @returns The numbers, float, of the given shape.
 * @throws {@link ShapeError} if the shape is not a list of sizes, or if the state is not u32 [2].
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: random
 */
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

/**
 * Options of {@link bernoulliDraws}.
 *
 * @category Ops: random
 */
export interface BernoulliDrawOptions extends RandomOptions {
  /** The shape of the draws; the shape of p by default. */
  readonly shape?: Shape;
}

/**
 * Draws booleans that are true with probability p.
 *
 * @param p - The probabilities, float. They broadcast to the shape.
 * @param options - The key, the state, and the shape.
 * @returns The draws, bool.
 * @throws {@link ShapeError} if the shape is not a list of sizes or does not fit p, if p is not
 *   float, or if the state is not u32 [2].
 * @throws {@link GraphError} if an option is unknown.
 * @category Ops: random
 */
export function bernoulliDraws(p: NodeLike, options: BernoulliDrawOptions): Node {
  checkOptions("bernoulliDraws", options, ["key", "state", "shape"]);
  const chance = asNode(p);
  const { shape = chance.shape, ...own } = options;
  return less(uniform(shape, own), chance);
}
