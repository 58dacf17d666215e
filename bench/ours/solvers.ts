import {
  type Backend,
  cholesky,
  choleskySolve,
  exp,
  type FloatType,
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

/** Every problem as a program of metrigrad's with floats of a type; the operands are resident in a store. */
export function oursOn(backend: Backend, float: FloatType = "f32"): Required<Solvers> {
  const program = (output: Node) => programContestant(backend, output, float);
  return {
    product: ({ m, k, n, transposed, a, b }) => {
      const left = held("a", transposed ? [k, m] : [m, k], a);
      const product = matmul(left, held("b", [k, n], b), { transposeA: transposed });
      return program(product);
    },
    gram: ({ n, d, x, nu }) => {
      const rows = held("x", [n, d], x);
      return program(gram(rows, { nu: held("nu", [n], nu), alpha: 1 / n }));
    },
    cholesky: ({ count, d, a }) => {
      return program(cholesky(held("a", [count, d, d], a)));
    },
    solve: ({ count, d, columns, l, b }) => {
      const factor = held("l", [count, d, d], l);
      return program(choleskySolve(factor, held("b", [count, d, columns], b)));
    },
    blocks: ({ count, n, d, x, nu, shift }) => {
      const weights = { nu: held("nu", [count, n], nu), alpha: 1 / n };
      return program(cholesky(gram(held("x", [n, d], x), weights), { shift }));
    },
    tiny: ({ count, size, a, x }) => {
      const factor = held("a", [size, size], a);
      let product: Node = held("x", [size, size], x);
      for (let i = 0; i < count; i++) product = matmul(product, factor);
      return program(product);
    },
    step: (problem) => step(backend, problem, float),
    natural: (problem) => natural(backend, problem, float),
    images: (problem) => modelContestant(backend, problem),
    sequences: (problem) => modelContestant(backend, problem),
    chain: ({ x }) => program(chain(held("x", [x.length], x))),
    function: ({ name, x }) => {
      return program(functions[name](held("x", [x.length], x)));
    },
  };
}
