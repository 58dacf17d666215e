import {
  type Backend,
  cholesky,
  choleskySolve,
  exp,
  gram,
  log,
  matmul,
  type Node,
  tanh,
} from "metrigrad";
import type { Solvers } from "../kit.ts";
import { chain } from "./chain.ts";
import { modelContestant } from "./model.ts";
import { held, programContestant } from "./program.ts";
import { natural, step } from "./step.ts";

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
    blocks: ({ count, n, d, x, nu, shift }) => {
      const weights = { nu: held("nu", [count, n], nu), alpha: 1 / n };
      return programContestant(backend, cholesky(gram(held("x", [n, d], x), weights), { shift }));
    },
    tiny: ({ count, size, a, x }) => {
      const factor = held("a", [size, size], a);
      let product: Node = held("x", [size, size], x);
      for (let i = 0; i < count; i++) product = matmul(product, factor);
      return programContestant(backend, product);
    },
    step: (problem) => step(backend, problem),
    natural: (problem) => natural(backend, problem),
    images: (problem) => modelContestant(backend, problem),
    sequences: (problem) => modelContestant(backend, problem),
    chain: ({ x }) => programContestant(backend, chain(held("x", [x.length], x))),
    function: ({ name, x }) => {
      return programContestant(backend, functions[name](held("x", [x.length], x)));
    },
  };
}
