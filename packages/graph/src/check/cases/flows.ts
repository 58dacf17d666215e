import type { Node } from "../../core/node.ts";
import { concat, matrixExp, matrixPower, mul, neg, odeint, reshape } from "../../ops/index.ts";
import type { OpRow } from "../case.ts";
import { spread } from "./values.ts";

const times = [0, 0.5, 1.5];
/** Computes 1 + z + … + zⁿ/n!: exactly one step of a method of order n on dy/dt = y. */
const taylor = (z: number, order: number) => {
  let [total, term] = [1, 1];
  for (let k = 1; k <= order; k++) total += term *= z / k;
  return total;
};
const steps = (order: number, y = 2) => [
  y,
  y * taylor(0.5, order),
  y * taylor(0.5, order) * taylor(1, order),
];

/** Rows of powers of matrices and of differential equations. */
export const flowRows: readonly OpRow[] = [
  {
    op: "matrixExp",
    f: (a) => matrixExp(a),
    cases: [
      {
        name: "a rotation",
        inputs: [
          [
            [0, -0.5],
            [0.5, 0],
          ],
        ],
        value: [
          [Math.cos(0.5), -Math.sin(0.5)],
          [Math.sin(0.5), Math.cos(0.5)],
        ],
      },
      // ‖a‖₁ = 8 is halved once. exp([[x, y], [0, x]]) = eˣ[[1, y], [0, 1]].
      {
        name: "not diagonalisable",
        inputs: [
          [
            [-4, 4],
            [0, -4],
          ],
        ],
        value: [
          [Math.exp(-4), 4 * Math.exp(-4)],
          [0, Math.exp(-4)],
        ],
      },
      {
        // Recorded from scipy 1.17, linalg.expm.
        name: "complex eigenvalues",
        inputs: [
          [
            [1, 2, 0],
            [-1, 0.5, 3],
            [0.25, -2, 1.5],
          ],
        ],
        value: [
          [2.06595771192013, 0.29817061448366383, 4.310538663540971],
          [0.3897320257007893, -2.319123605241755, 1.5248905876107404],
          [1.6537233256383221, -0.657382169778745, -0.37398052152451866],
        ],
        order: 0,
      },
      { name: "a stack", inputs: [spread([2, 2, 2], -1, 1)], shape: [2, 2, 2], order: 0 },
      { name: "too large", inputs: [[[3e4]]], value: [[Number.NaN]], order: 0, batch: false },
    ],
  },
  {
    op: "matrixPower",
    f: (a) => matrixPower(a, 5),
    cases: [
      {
        name: "Fibonacci's",
        inputs: [
          [
            [1, 1],
            [1, 0],
          ],
        ],
        value: [
          [8, 5],
          [5, 3],
        ],
      },
    ],
  },
  {
    op: "matrixPower",
    f: (a) => concat([matrixPower(a, -2), matrixPower(a, 0)], -1),
    cases: [
      {
        name: "a negative one and none",
        inputs: [
          [
            [1, 1],
            [0, 2],
          ],
        ],
        value: [
          [1, -0.75, 1, 0],
          [0, 0.25, 0, 1],
        ],
        order: 1,
      },
    ],
  },
  {
    op: "odeint",
    f: (y0, t) => odeint((_, y) => y, y0, t),
    cases: [{ name: "growth by rk4", inputs: [[2], times], value: steps(4).map((y) => [y]) }],
  },
  {
    op: "odeint",
    f: (y0) => odeint((_, y) => y, y0, times, { method: "euler" }),
    cases: [{ name: "growth by euler", inputs: [2], value: steps(1), order: 0 }],
  },
  {
    op: "odeint",
    f: (y0) => odeint((_, y) => y, y0, times, { method: "midpoint" }),
    cases: [{ name: "growth by midpoint", inputs: [2], value: steps(2), order: 0 }],
  },
  {
    // This row has a tree, the time, parameters, and steps between the times.
    op: "odeint",
    f: (x0, v0, k) => {
      const f = (t: Node, { x, v }: { x: Node; v: Node }) => ({ x: v, v: mul(neg(mul(k, x)), t) });
      const { x, v } = odeint(f, { x: x0, v: v0 }, [0, 0.4], { method: "dopri5", steps: 2 });
      return concat([reshape(x, [-1]), reshape(v, [-1])], 0);
    },
    cases: [{ name: "an oscillator by dopri5", inputs: [[1], [0.5], 2], shape: [4], order: 1 }],
  },
];
