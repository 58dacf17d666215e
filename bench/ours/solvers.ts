import { type Backend, cholesky, choleskySolve, exp, gram, log, matmul, tanh } from "metrigrad";
import type { Solvers } from "../kit.ts";
import { chain } from "./chain.ts";
import { held, programContestant } from "./program.ts";
import { step } from "./step.ts";

const functions = { exp, log, tanh };

/** Every problem as a program of metrigrad's; the operands are resident in a store. */
export function oursOn(backend: Backend): Required<Solvers> {
  return {
    product: ({ m, k, n, transposed, a, b }) => {
      const left = held("a", transposed ? [k, m] : [m, k], a);
      const product = matmul(left, held("b", [k, n], b), { transposeA: transposed });
      return programContestant(backend, product);
    },
    gram: ({ n, d, x, nu }) => {
      const rows = held("x", [n, d], x);
      return programContestant(backend, gram(rows, { nu: held("nu", [n], nu), alpha: 1 / n }));
    },
    cholesky: ({ count, d, a }) => {
      return programContestant(backend, cholesky(held("a", [count, d, d], a)));
    },
    solve: ({ count, d, columns, l, b }) => {
      const factor = held("l", [count, d, d], l);
      return programContestant(backend, choleskySolve(factor, held("b", [count, d, columns], b)));
    },
    step: (problem) => step(backend, problem),
    chain: ({ x }) => programContestant(backend, chain(held("x", [x.length], x))),
    function: ({ name, x }) => {
      return programContestant(backend, functions[name](held("x", [x.length], x)));
    },
  };
}
