import {
  type F32,
  type Func,
  type FunctionBuilder,
  f32,
  f32x4,
  type I32,
  i32,
  type Local,
  type ModuleBuilder,
  select,
  v128,
} from "../wasm/index.ts";

import { at } from "./vector.ts";

const i = "i32" as const;

/** Rotations of QL per eigenvalue after which it gives up; two or three are usual. */
const mostSteps = 60;

/** Half the distance of 1 to the next number. */
const epsilon = 2 ** -24;

/** x, y ← cx − sy, sx + cy for contiguous vectors. Parameters: x, y, c, s, count. */
function rotateKernel(m: ModuleBuilder): Func {
  return m.func("rotate", { params: [i, i, "f32", "f32", i] }, (f, x, y, c, s, count) => {
    const [cs, ss] = [f.let(f32x4.splat(c)), f.let(f32x4.splat(s))];
    f.while(i32.ge_u(count, 4), () => {
      const [u, v] = [f.let(v128.load(x)), f.let(v128.load(y))];
      f.do(v128.store(x, f32x4.sub(f32x4.mul(cs, u), f32x4.mul(ss, v))));
      f.do(v128.store(y, f32x4.add(f32x4.mul(ss, u), f32x4.mul(cs, v))));
      for (const pointer of [x, y]) f.increment(pointer, 16);
      f.increment(count, -4);
    });
    f.while(count, () => {
      const [u, v] = [f.let(f32.load(x)), f.let(f32.load(y))];
      f.do(f32.store(x, f32.sub(f32.mul(c, u), f32.mul(s, v))));
      f.do(f32.store(y, f32.add(f32.mul(s, u), f32.mul(c, v))));
      for (const pointer of [x, y]) f.increment(pointer, 4);
      f.increment(count, -1);
    });
  });
}

/** √(x² + y²). */
const hypot = (x: F32, y: F32): F32 => f32.sqrt(f32.add(f32.mul(x, x), f32.mul(y, y)));

/**
 * Diagonalises a tridiagonal matrix by implicit QL steps with Wilkinson's shift, whose rotations turn
 * the rows of z. Parameters: size, diagonal, off-diagonal, z. Returns 0 if it gives up.
 */
export function diagonalise(m: ModuleBuilder): Func {
  const rotate = rotateKernel(m);
  return m.func("diagonalise", { params: [i, i, i, i], results: [i] }, (f, n, d, e, z) => {
    const [l, k, end, turns] = [f.local("i32"), f.local("i32"), f.local("i32"), f.local("i32")];
    const get = (x: I32, index: I32) => f32.load(at(x, index));
    const last = f.let(i32.sub(n, 1));
    // Reducing left errors of this size everywhere. Against neighbours alone, which are themselves
    // rounding where the rank is low, the off-diagonal would never be small.
    const tiny = f.let(f32.const(0));
    const count = (entry: F32) => f.set(tiny, f32.max(tiny, f32.mul(f32.const(epsilon), entry)));
    f.for(k, 0, n, 1, () => count(f32.abs(get(d, k))));
    f.for(k, 1, n, 1, () => count(f32.abs(get(e, i32.sub(k, 1)))));
    f.for(l, 0, n, 1, () => {
      f.set(turns, i32.const(0));
      f.block((settled) => {
        f.loop((again) => {
          // The block that begins at l ends where the off-diagonal is below rounding.
          f.set(end, l);
          f.block((found) => {
            f.loop((further) => {
              f.brIf(found, i32.ge_u(end, last));
              f.brIf(found, f32.le(f32.abs(get(e, end)), tiny));
              f.increment(end, 1);
              f.br(further);
            });
          });
          f.brIf(settled, i32.eq(end, l));
          f.if(i32.ge_u(turns, mostSteps), () => f.return(i32.const(0)));
          f.increment(turns, 1);
          qlStep(f, { l, k, end, d, e, z, n }, rotate);
          f.br(again);
        });
      });
    });
    f.result(i32.const(1));
  });
}

interface Ql {
  readonly l: Local<"i32">;
  readonly k: Local<"i32">;
  readonly end: Local<"i32">;
  readonly d: Local<"i32">;
  readonly e: Local<"i32">;
  readonly z: Local<"i32">;
  readonly n: Local<"i32">;
}

/** One implicit step on the block [l, end] (Bowdler, Martin, Reinsch and Wilkinson 1968, tql2). */
function qlStep(f: FunctionBuilder, { l, k, end, d, e, z, n }: Ql, rotate: Func): void {
  const get = (x: I32, index: I32) => f32.load(at(x, index));
  const put = (x: I32, index: I32, value: F32) => f.do(f32.store(at(x, index), value));
  const off = f.let(get(e, l));
  const g = f.let(f32.div(f32.sub(get(d, i32.add(l, 1)), get(d, l)), f32.mul(f32.const(2), off)));
  const r = f.let(hypot(g, f32.const(1)));
  const signed = select(f32.lt(g, f32.const(0)), f32.neg(r), r);
  const shift = f32.div(off, f32.add(g, signed));
  f.set(g, f32.add(f32.sub(get(d, end), get(d, l)), shift));
  const [s, c, p] = [f.let(f32.const(1)), f.let(f32.const(1)), f.let(f32.const(0))];
  f.set(k, end);
  f.block((broken) => {
    f.while(i32.gt_u(k, l), () => {
      f.increment(k, -1);
      const next = f.let(i32.add(k, 1));
      const x = f.let(f32.mul(s, get(e, k)));
      const b = f.let(f32.mul(c, get(e, k)));
      f.set(r, hypot(x, g));
      put(e, next, r);
      f.if(f32.eq(r, f32.const(0)), () => {
        put(d, next, f32.sub(get(d, next), p));
        put(e, end, f32.const(0));
        f.br(broken);
      });
      f.set(s, f32.div(x, r));
      f.set(c, f32.div(g, r));
      f.set(g, f32.sub(get(d, next), p));
      const slope = f32.mul(f32.sub(get(d, k), g), s);
      f.set(r, f32.add(slope, f32.mul(f32.mul(f32.const(2), c), b)));
      f.set(p, f32.mul(s, r));
      put(d, next, f32.add(g, p));
      f.set(g, f32.sub(f32.mul(c, r), b));
      const line = (index: I32) => i32.add(z, i32.mul(i32.shl(n, 2), index));
      f.call(rotate, line(k), line(next), c, s, n);
    });
    put(d, l, f32.sub(get(d, l), p));
    put(e, l, g);
    put(e, end, f32.const(0));
  });
}
