/** Activations made of straight pieces. At a kink the derivative is the one of PyTorch. */
import { defElementwise, type Unary } from "./elementwise.ts";
import { family } from "./family.ts";

/**
 * Limits x to [−1, 1]. The derivative at ±1 is 0.
 *
 * @category Ops: elements
 */
export const hardtanh: Unary = defElementwise({
  name: "hardtanh",
  f: "x <= -1 ? -1 : (x >= 1 ? 1 : x)",
});

/**
 * Limits x to [0, 6]. The derivative at 0 and 6 is 0.
 *
 * @category Ops: elements
 */
export const relu6: Unary = defElementwise({
  name: "relu6",
  f: "x <= 0 ? 0 : (x >= 6 ? 6 : x)",
});

/**
 * Limits x/6 + ½ to [0, 1]. The derivative at x = ±3 is 0.
 *
 * @category Ops: elements
 */
export const hardsigmoid: Unary = defElementwise({
  name: "hardsigmoid",
  f: "x <= -3 ? 0 : (x >= 3 ? 1 : x/6 + 0.5)",
});

/**
 * Computes x·hardsigmoid(x) (Howard et al. 2019). The derivative is 0 at −3 and 1 at 3.
 *
 * @category Ops: elements
 */
export const hardswish: Unary = defElementwise({
  name: "hardswish",
  f: "x <= -3 ? 0 : (x >= 3 ? x : x*(x + 3)/6)",
});

/**
 * Returns the op that is x where |x| > λ, and 0 elsewhere.
 *
 * The derivative at ±λ is 0. Two calls with the same λ return the same value.
 *
 * @function
 * @param lambda - The threshold λ; 0.5 by default.
 * @returns The op: a function of one value.
 * @nothrow
 * @category Ops: elements
 */
export const hardshrink: (lambda?: number) => Unary = family(
  "hardshrink",
  (lambda) =>
    defElementwise({
      name: lambda === 0.5 ? "hardshrink" : `hardshrink(${lambda})`,
      args: ["x"],
      f: `abs(x) <= ${lambda} ? 0 : x`,
    }),
  0.5,
);

/**
 * Returns the op that moves x towards 0 by λ. It is 0 where |x| ≤ λ.
 *
 * The derivative at ±λ is 0. Two calls with the same λ return the same value.
 *
 * @function
 * @param lambda - The threshold λ; 0.5 by default.
 * @returns The op: a function of one value.
 * @nothrow
 * @category Ops: elements
 */
export const softshrink: (lambda?: number) => Unary = family(
  "softshrink",
  (lambda) =>
    defElementwise({
      name: lambda === 0.5 ? "softshrink" : `softshrink(${lambda})`,
      args: ["x"],
      f: `abs(x) <= ${lambda} ? 0 : (x < 0 ? x + ${lambda} : x - ${lambda})`,
    }),
  0.5,
);
