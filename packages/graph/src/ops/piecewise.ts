/** Activations made of straight pieces; at a kink the derivative is that of PyTorch. */
import { defElementwise, type Unary } from "./elementwise.ts";
import { family } from "./family.ts";

/** x brought into [−1, 1]; derivative 0 at ±1. */
export const hardtanh: Unary = defElementwise({
  name: "hardtanh",
  f: "x <= -1 ? -1 : (x >= 1 ? 1 : x)",
});

/** x brought into [0, 6]; derivative 0 at 0 and 6. */
export const relu6: Unary = defElementwise({
  name: "relu6",
  f: "x <= 0 ? 0 : (x >= 6 ? 6 : x)",
});

/** x/6 + ½ brought into [0, 1]; derivative 0 at ±3. */
export const hardsigmoid: Unary = defElementwise({
  name: "hardsigmoid",
  f: "x <= -3 ? 0 : (x >= 3 ? 1 : x/6 + 0.5)",
});

/** x·hardsigmoid(x) (Howard et al. 2019); derivative 0 at −3, 1 at 3. */
export const hardswish: Unary = defElementwise({
  name: "hardswish",
  f: "x <= -3 ? 0 : (x >= 3 ? x : x*(x + 3)/6)",
});

/** x where |x| > λ, else 0; derivative 0 at ±λ; λ = ½ by default. */
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

/** x brought towards 0 by λ, 0 where |x| ≤ λ; derivative 0 at ±λ; λ = ½ by default. */
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
