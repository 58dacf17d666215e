import {
  type Floats,
  type Func,
  type FunctionBuilder,
  type I32,
  i32,
  type Local,
  type ModuleBuilder,
  type Num,
  select,
  v128,
} from "../wasm/index.ts";

import { elementOf } from "./vector.ts";

const i = "i32" as const;

/** The number of QL rotations per eigenvalue after which it gives up; two or three are usual. */
const mostSteps = 60;

/** Half the distance from 1 to the next number. */
export const roundings = { f32: 2 ** -24, f64: 2 ** -53 } as const;

/** Computes x, y ← cx − sy, sx + cy for contiguous vectors. Parameters: x, y, c, s, count. */
function rotateKernel(m: ModuleBuilder, floats: Floats): Func {
  const { type, bytes, lanes, num, vec } = floats;
  return m.func("rotate", { params: [i, i, type, type, i] }, (f, x, y, c, s, count) => {
    const [cs, ss] = [f.let(vec.splat(c)), f.let(vec.splat(s))];
    f.while(i32.ge_u(count, lanes), () => {
      const [u, v] = [f.let(v128.load(x)), f.let(v128.load(y))];
      f.do(v128.store(x, vec.sub(vec.mul(cs, u), vec.mul(ss, v))));
      f.do(v128.store(y, vec.add(vec.mul(ss, u), vec.mul(cs, v))));
      for (const pointer of [x, y]) f.increment(pointer, 16);
      f.increment(count, -lanes);
    });
    f.while(count, () => {
      const [u, v] = [f.let(num.load(x)), f.let(num.load(y))];
      f.do(num.store(x, num.sub(num.mul(c, u), num.mul(s, v))));
      f.do(num.store(y, num.add(num.mul(s, u), num.mul(c, v))));
      for (const pointer of [x, y]) f.increment(pointer, bytes);
      f.increment(count, -1);
    });
  });
}

/** √(x² + y²). */
const hypot = ({ num }: Floats, x: Num, y: Num): Num =>
  num.sqrt(num.add(num.mul(x, x), num.mul(y, y)));

/**
 * Diagonalises a tridiagonal matrix by implicit QL steps with Wilkinson's shift, whose rotations turn the rows of z.
 *
 * Parameters: size, diagonal, off-diagonal, z. The function returns 0 if it gives up.
 */
export function diagonalise(m: ModuleBuilder, floats: Floats): Func {
  const { num } = floats;
  const at = elementOf(floats);
  const rotate = rotateKernel(m, floats);
  return m.func("diagonalise", { params: [i, i, i, i], results: [i] }, (f, n, d, e, z) => {
    const [l, k, end, turns] = [f.local("i32"), f.local("i32"), f.local("i32"), f.local("i32")];
    const get = (x: I32, index: I32) => num.load(at(x, index));
    const last = f.let(i32.sub(n, 1));
    // The reduction left errors of this size everywhere. Neighbours alone are no measure: with a low rank they are
    // rounding themselves, and the off-diagonal would never be small beside them.
    const tiny = f.let(num.const(0));
    const rounding = num.const(roundings[floats.type]);
    const count = (entry: Num) => f.set(tiny, num.max(tiny, num.mul(rounding, entry)));
    f.for(k, 0, n, 1, () => count(num.abs(get(d, k))));
    f.for(k, 1, n, 1, () => count(num.abs(get(e, i32.sub(k, 1)))));
    f.for(l, 0, n, 1, () => {
      f.set(turns, i32.const(0));
      f.block((settled) => {
        f.loop((again) => {
          // The block that begins at l ends where the off-diagonal is below rounding.
          f.set(end, l);
          f.block((found) => {
            f.loop((further) => {
              f.brIf(found, i32.ge_u(end, last));
              f.brIf(found, num.le(num.abs(get(e, end)), tiny));
              f.increment(end, 1);
              f.br(further);
            });
          });
          f.brIf(settled, i32.eq(end, l));
          f.if(i32.ge_u(turns, mostSteps), () => f.return(i32.const(0)));
          f.increment(turns, 1);
          qlStep(f, floats, { l, k, end, d, e, z, n }, rotate);
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

/** Makes one implicit step on the block [l, end] (Bowdler, Martin, Reinsch and Wilkinson 1968, tql2). */
function qlStep(
  f: FunctionBuilder,
  floats: Floats,
  { l, k, end, d, e, z, n }: Ql,
  rotate: Func,
): void {
  const { shift: log, num } = floats;
  const at = elementOf(floats);
  const get = (x: I32, index: I32) => num.load(at(x, index));
  const put = (x: I32, index: I32, value: Num) => f.do(num.store(at(x, index), value));
  const off = f.let(get(e, l));
  const g = f.let(num.div(num.sub(get(d, i32.add(l, 1)), get(d, l)), num.mul(num.const(2), off)));
  const r = f.let(hypot(floats, g, num.const(1)));
  const signed = select(num.lt(g, num.const(0)), num.neg(r), r);
  const shift = num.div(off, num.add(g, signed));
  f.set(g, num.add(num.sub(get(d, end), get(d, l)), shift));
  const [s, c, p] = [f.let(num.const(1)), f.let(num.const(1)), f.let(num.const(0))];
  f.set(k, end);
  f.block((broken) => {
    f.while(i32.gt_u(k, l), () => {
      f.increment(k, -1);
      const next = f.let(i32.add(k, 1));
      const x = f.let(num.mul(s, get(e, k)));
      const b = f.let(num.mul(c, get(e, k)));
      f.set(r, hypot(floats, x, g));
      put(e, next, r);
      f.if(num.eq(r, num.const(0)), () => {
        put(d, next, num.sub(get(d, next), p));
        put(e, end, num.const(0));
        f.br(broken);
      });
      f.set(s, num.div(x, r));
      f.set(c, num.div(g, r));
      f.set(g, num.sub(get(d, next), p));
      const slope = num.mul(num.sub(get(d, k), g), s);
      f.set(r, num.add(slope, num.mul(num.mul(num.const(2), c), b)));
      f.set(p, num.mul(s, r));
      put(d, next, num.add(g, p));
      f.set(g, num.sub(num.mul(c, r), b));
      const line = (index: I32) => i32.add(z, i32.mul(i32.shl(n, log), index));
      f.call(rotate, line(k), line(next), c, s, n);
    });
    put(d, l, num.sub(get(d, l), p));
    put(e, l, g);
    put(e, end, num.const(0));
  });
}
