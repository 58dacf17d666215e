import { add, affine, matmul, mul, type Node, sigmoid, slice, sub, tanh } from "@metrigrad/graph";
import type { Activation } from "../activationOf.ts";
import type { RecurrentUnit } from "./unit.ts";

/**
 * The state of long short-term memory: the output h and the memory c, [n, size] each.
 *
 * @category Models: layers
 */
export type LstmState = {
  /** The output h, [n, size]. */
  readonly h: Node;
  /** The memory c, [n, size]. */
  readonly c: Node;
};

/** Returns the unit h' = f(X̃W + hU) (Elman 1990). */
export function simpleUnit(activation: Activation): RecurrentUnit<Node> {
  return {
    gates: 1,
    recurrentBias: false,
    next: (projected, h, recurrent) => activation(add(projected, matmul(h, recurrent))),
    output: (h) => h,
    form: "h",
  };
}

/**
 * The unit of long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000). (i, f, g,
 * o) = X̃W + hU, c' = σ(f)∘c + σ(i)∘tanh(g), h' = σ(o)∘tanh(c').
 */
export const lstmUnit: RecurrentUnit<LstmState> = Object.freeze<RecurrentUnit<LstmState>>({
  gates: 4,
  recurrentBias: false,
  next: (projected, { h, c }, recurrent) => {
    const [i, f, g, o] = partsOf(add(projected, matmul(h, recurrent)), 4);
    const memory = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g)));
    return { h: mul(sigmoid(o), tanh(memory)), c: memory };
  },
  output: ({ h }) => h,
  form: { h: "h", c: "c" },
});

/**
 * The gated recurrent unit (Cho et al. 2014, with the reset after the product). By columns, (r, z) = σ(X̃W + h̃U) and n =
 * tanh(X̃W + r∘h̃U), and h' = n + z∘(h − n).
 */
export const gruUnit: RecurrentUnit<Node> = Object.freeze<RecurrentUnit<Node>>({
  gates: 3,
  recurrentBias: true,
  next: (projected, h, recurrent) => {
    const [ofX, ofH] = [partsOf(projected, 3), partsOf(affine(h, recurrent), 3)];
    const reset = sigmoid(add(ofX[0], ofH[0]));
    const update = sigmoid(add(ofX[1], ofH[1]));
    const fresh = tanh(add(ofX[2], mul(reset, ofH[2])));
    return add(fresh, mul(update, sub(h, fresh)));
  },
  output: (h) => h,
  form: "h",
});

/** Returns equal parts of the columns of a value [n, count·size]. */
function partsOf(value: Node, count: 3): [Node, Node, Node];
function partsOf(value: Node, count: 4): [Node, Node, Node, Node];
function partsOf(value: Node, count: number): Node[] {
  const size = (value.shape[1] as number) / count;
  return Array.from({ length: count }, (_, k) => slice(value, [null, [k * size, (k + 1) * size]]));
}
