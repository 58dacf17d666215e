import {
  callValue,
  type Func,
  f32,
  f32x4,
  i32,
  type ModuleBuilder,
  select,
  v128,
} from "../wasm/index.ts";

import { at } from "./vector.ts";

const i = "i32" as const;

/** y[k] −= a x[k] + b z[k] for contiguous vectors. Parameters: y, x, a, z, b, count. */
function subtractTwo(m: ModuleBuilder): Func {
  return m.func(
    "subtractTwo",
    { params: [i, i, "f32", i, "f32", i] },
    (f, y, x, a, z, b, count) => {
      const [as, bs] = [f.let(f32x4.splat(a)), f.let(f32x4.splat(b))];
      f.while(i32.ge_u(count, 4), () => {
        const both = f32x4.add(f32x4.mul(v128.load(x), as), f32x4.mul(v128.load(z), bs));
        f.do(v128.store(y, f32x4.sub(v128.load(y), both)));
        for (const pointer of [x, y, z]) f.increment(pointer, 16);
        f.increment(count, -4);
      });
      f.while(count, () => {
        const both = f32.add(f32.mul(f32.load(x), a), f32.mul(f32.load(z), b));
        f.do(f32.store(y, f32.sub(f32.load(y), both)));
        for (const pointer of [x, y, z]) f.increment(pointer, 4);
        f.increment(count, -1);
      });
    },
  );
}

/** What the reduction calls. */
export interface ReducePieces {
  readonly dot: Func;
  readonly subtract: Func;
}

/**
 * The square of a length far below the rounding of a matrix with the largest entry 1. Reflecting what
 * is shorter changes nothing, and 1/v'v would overflow.
 */
const negligible = 2 ** -64;

/**
 * A symmetric matrix with the largest entry 1 becomes tridiagonal by reflections (Householder); their
 * vectors stay in its rows right of the diagonal. Parameters: matrix, row stride, size, diagonal,
 * off-diagonal, factors of the reflections, a vector of scratch.
 */
export function tridiagonalise(m: ModuleBuilder, { dot, subtract }: ReducePieces): Func {
  const two = subtractTwo(m);
  return m.func("tridiagonalise", { params: [i, i, i, i, i, i, i] }, (f, a, row, n, d, e, b, w) => {
    const [k, r] = [f.local("i32"), f.local("i32")];
    f.for(k, 0, n, 1, () => {
      const corner = f.let(i32.add(a, i32.mul(k, i32.add(row, 4))));
      f.do(f32.store(at(d, k), f32.load(corner)), f32.store(at(b, k), f32.const(0)));
      const count = f.let(i32.sub(i32.sub(n, k), 1));
      const x = f.let(i32.add(corner, 4));
      f.if(count, () => {
        const first = f.let(f32.load(x));
        f.do(f32.store(at(e, k), first));
        const rest = callValue("f32", dot, i32.add(x, 4), i32.add(x, 4), i32.sub(count, 1));
        const tail = f.let(rest);
        f.if(f32.gt(tail, f32.const(negligible)), () => {
          const norm = f.let(f32.sqrt(f32.add(tail, f32.mul(first, first))));
          const signed = f.let(select(f32.lt(first, f32.const(0)), f32.neg(norm), norm));
          f.do(f32.store(at(e, k), f32.neg(signed)), f32.store(x, f32.add(first, signed)));
          // v'v = 2‖x‖(‖x‖ + |x₀|), and the reflection is I − βvv' with β = 2/v'v.
          const beta = f.let(f32.div(f32.const(1), f32.mul(norm, f32.add(norm, f32.abs(first)))));
          f.do(f32.store(at(b, k), beta));
          const under = i32.add(corner, i32.add(row, 4));
          const line = f.let(under);
          f.for(r, 0, count, 1, () => {
            const product = callValue("f32", dot, line, x, count);
            f.do(f32.store(at(w, r), f32.mul(beta, product)));
            f.increment(line, row);
          });
          const half = f32.mul(f32.mul(f32.const(0.5), beta), callValue("f32", dot, w, x, count));
          f.call(subtract, w, x, count, half);
          f.set(line, under);
          f.for(r, 0, count, 1, () => {
            f.call(two, line, w, f32.load(at(x, r)), x, f32.load(at(w, r)), count);
            f.increment(line, row);
          });
        });
      });
    });
  });
}

/**
 * The product of the reflections as rows: z = Q' with A = QTQ'. Parameters: reflections and their row
 * stride, size, factors, z.
 */
export function collect(m: ModuleBuilder, { dot, subtract }: ReducePieces): Func {
  return m.func("collectRows", { params: [i, i, i, i, i] }, (f, a, row, n, b, z) => {
    const [k, r] = [f.local("i32"), f.local("i32")];
    const bytes = f.let(i32.mul(i32.mul(n, n), 4));
    f.for(k, 0, bytes, 4, () => f.do(f32.store(i32.add(z, k), f32.const(0))));
    f.for(k, 0, n, 1, () => {
      f.do(f32.store(i32.add(z, i32.mul(k, i32.add(i32.shl(n, 2), 4))), f32.const(1)));
    });
    // Q' = H_{n−3} … H₀: from the last reflection on, so that only the lower corner is not the identity.
    f.set(k, n);
    f.while(k, () => {
      f.increment(k, -1);
      const beta = f.let(f32.load(at(b, k)));
      const count = f.let(i32.sub(i32.sub(n, k), 1));
      f.if(f32.gt(beta, f32.const(0)), () => {
        const v = f.let(i32.add(i32.add(a, i32.mul(k, i32.add(row, 4))), 4));
        const next = i32.add(k, 1);
        const line = f.let(i32.add(z, i32.mul(next, i32.add(i32.shl(n, 2), 4))));
        f.for(r, 0, count, 1, () => {
          f.call(subtract, line, v, count, f32.mul(beta, callValue("f32", dot, line, v, count)));
          f.increment(line, i32.shl(n, 2));
        });
      });
    });
  });
}
