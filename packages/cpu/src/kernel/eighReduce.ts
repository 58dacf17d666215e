import {
  callValue,
  type Floats,
  type Func,
  i32,
  type ModuleBuilder,
  select,
  v128,
} from "../wasm/index.ts";

import { roundings } from "./eighSolve.ts";
import { elementOf } from "./vector.ts";

const i = "i32" as const;

/** Computes y[k] −= a x[k] + b z[k] for contiguous vectors. Parameters: y, x, a, z, b, count. */
function subtractTwo(m: ModuleBuilder, floats: Floats): Func {
  const { type, bytes, lanes, num, vec } = floats;
  return m.func("subtractTwo", { params: [i, i, type, i, type, i] }, (f, y, x, a, z, b, count) => {
    const [as, bs] = [f.let(vec.splat(a)), f.let(vec.splat(b))];
    f.while(i32.ge_u(count, lanes), () => {
      const both = vec.add(vec.mul(v128.load(x), as), vec.mul(v128.load(z), bs));
      f.do(v128.store(y, vec.sub(v128.load(y), both)));
      for (const pointer of [x, y, z]) f.increment(pointer, 16);
      f.increment(count, -lanes);
    });
    f.while(count, () => {
      const both = num.add(num.mul(num.load(x), a), num.mul(num.load(z), b));
      f.do(num.store(y, num.sub(num.load(y), both)));
      for (const pointer of [x, y, z]) f.increment(pointer, bytes);
      f.increment(count, -1);
    });
  });
}

/** The functions that the reduction calls. */
export interface ReducePieces {
  readonly dot: Func;
  readonly subtract: Func;
}

/**
 * The square of a length far below the rounding of a matrix with the largest entry 1. A reflection of a shorter
 * vector would change nothing, and 1/v'v would overflow.
 */
const negligible = ({ type }: Floats) => 2 ** -16 * roundings[type] ** 2;

/**
 * Makes a symmetric matrix with the largest entry 1 tridiagonal by reflections (Householder). Their vectors stay in
 * its rows right of the diagonal.
 *
 * Parameters: matrix, row stride, size, diagonal, off-diagonal, factors of the reflections, a vector of scratch.
 */
export function tridiagonalise(
  m: ModuleBuilder,
  { dot, subtract }: ReducePieces,
  floats: Floats,
): Func {
  const { type, bytes, num } = floats;
  const at = elementOf(floats);
  const two = subtractTwo(m, floats);
  return m.func("tridiagonalise", { params: [i, i, i, i, i, i, i] }, (f, a, row, n, d, e, b, w) => {
    const [k, r] = [f.local("i32"), f.local("i32")];
    f.for(k, 0, n, 1, () => {
      const corner = f.let(i32.add(a, i32.mul(k, i32.add(row, bytes))));
      f.do(num.store(at(d, k), num.load(corner)), num.store(at(b, k), num.const(0)));
      const count = f.let(i32.sub(i32.sub(n, k), 1));
      const x = f.let(i32.add(corner, bytes));
      f.if(count, () => {
        const first = f.let(num.load(x));
        f.do(num.store(at(e, k), first));
        const rest = callValue(type, dot, i32.add(x, bytes), i32.add(x, bytes), i32.sub(count, 1));
        const tail = f.let(rest);
        f.if(num.gt(tail, num.const(negligible(floats))), () => {
          const norm = f.let(num.sqrt(num.add(tail, num.mul(first, first))));
          const signed = f.let(select(num.lt(first, num.const(0)), num.neg(norm), norm));
          f.do(num.store(at(e, k), num.neg(signed)), num.store(x, num.add(first, signed)));
          // v'v = 2‖x‖(‖x‖ + |x₀|), and the reflection is I − βvv' with β = 2/v'v.
          const beta = f.let(num.div(num.const(1), num.mul(norm, num.add(norm, num.abs(first)))));
          f.do(num.store(at(b, k), beta));
          const under = i32.add(corner, i32.add(row, bytes));
          const line = f.let(under);
          f.for(r, 0, count, 1, () => {
            const product = callValue(type, dot, line, x, count);
            f.do(num.store(at(w, r), num.mul(beta, product)));
            f.increment(line, row);
          });
          const half = num.mul(num.mul(num.const(0.5), beta), callValue(type, dot, w, x, count));
          f.call(subtract, w, x, count, half);
          f.set(line, under);
          f.for(r, 0, count, 1, () => {
            f.call(two, line, w, num.load(at(x, r)), x, num.load(at(w, r)), count);
            f.increment(line, row);
          });
        });
      });
    });
  });
}

/**
 * Returns the product of the reflections as rows: z = Q' with A = QTQ'. Parameters: reflections and their row stride,
 * size, factors, z.
 */
export function collect(m: ModuleBuilder, { dot, subtract }: ReducePieces, floats: Floats): Func {
  const { type, bytes, shift, num } = floats;
  const at = elementOf(floats);
  return m.func("collectRows", { params: [i, i, i, i, i] }, (f, a, row, n, b, z) => {
    const [k, r] = [f.local("i32"), f.local("i32")];
    const square = f.let(i32.mul(i32.mul(n, n), bytes));
    f.for(k, 0, square, bytes, () => f.do(num.store(i32.add(z, k), num.const(0))));
    f.for(k, 0, n, 1, () => {
      f.do(num.store(i32.add(z, i32.mul(k, i32.add(i32.shl(n, shift), bytes))), num.const(1)));
    });
    // Q' = H_{n−3} … H₀ is built from the last reflection on, so that only the lower corner differs from the
    // identity.
    f.set(k, n);
    f.while(k, () => {
      f.increment(k, -1);
      const beta = f.let(num.load(at(b, k)));
      const count = f.let(i32.sub(i32.sub(n, k), 1));
      f.if(num.gt(beta, num.const(0)), () => {
        const v = f.let(i32.add(i32.add(a, i32.mul(k, i32.add(row, bytes))), bytes));
        const next = i32.add(k, 1);
        const line = f.let(i32.add(z, i32.mul(next, i32.add(i32.shl(n, shift), bytes))));
        f.for(r, 0, count, 1, () => {
          f.call(subtract, line, v, count, num.mul(beta, callValue(type, dot, line, v, count)));
          f.increment(line, i32.shl(n, shift));
        });
      });
    });
  });
}
