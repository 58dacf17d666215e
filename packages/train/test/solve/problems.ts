import { add, concat, laplacian, mul, type Node, sin, slice, sub } from "@metrigrad/graph";
import { dense, lambda, type Module, sequential } from "@metrigrad/nn";
import { responses, uniformPoints } from "../../src/index.ts";

export const interval = { low: [0], high: [1] };
export const square = { low: [0, 0], high: [1, 1] };

/** Column k of points. */
export const column = (x: Node, k: number): Node => slice(x, [null, [k, k + 1]]);

const sine = (x: Node, k: number): Node => sin(mul(k * Math.PI, x));

/** Σ_k w_k sin kπx for k ≤ 4: linear in the parameters, zero at both ends. */
export function sineSeries(): Module {
  const waves = lambda((x: Node) =>
    concat(
      [1, 2, 3, 4].map((k) => sine(x, k)),
      1,
    ),
  );
  return sequential(waves, dense(4, 1)) as unknown as Module;
}

/** u* = sin πx − ½ sin 3πx, with its second derivative. */
export const waves = {
  exact: (x: Node): Node => add(sine(x, 1), mul(-0.5, sine(x, 3))),
  second: (x: Node): Node =>
    add(mul(-(Math.PI ** 2), sine(x, 1)), mul(4.5 * Math.PI ** 2, sine(x, 3))),
};

/** u″ = u*″ inside, u = 0 at the ends. */
export const waveProblem = (n: number, resample = 0) =>
  responses({
    interior: {
      at: uniformPoints(n, interval),
      of: (u, x) => sub(laplacian(u, x), waves.second(x)),
      resample,
    },
    ends: { at: [[0], [1]], of: (u, x) => u(x), weight: 10 },
  });
