import {
  callValue,
  type F32,
  type Func,
  type FunctionBuilder,
  f32,
  f32x4,
  type I32,
  type I32Like,
  i32,
  type Local,
  type ModuleBuilder,
  select,
  v128,
} from "../wasm/index.ts";

const i = "i32" as const;

/** Rotations of QL per eigenvalue after which it gives up; two or three are usual. */
const mostSteps = 60;

/** Half the distance of 1 to the next number. */
const epsilon = 2 ** -24;

/** Bytes that decomposing one matrix needs: two matrices and four vectors. */
export function eighScratch(size: number): number {
  return 4 * (2 * size * size + 4 * size) + 64;
}

/** Address of element k of a vector. */
const at = (x: I32, k: I32): I32 => i32.add(x, i32.shl(k, 2));

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

/** What a decomposition calls. */
export interface EighPieces {
  readonly copy: Func;
  readonly mirror: Func;
  readonly dot: Func;
  readonly subtract: Func;
}

/**
 * A symmetric matrix becomes tridiagonal by reflections (Householder); their vectors stay in its rows
 * right of the diagonal. Parameters: matrix, row stride, size, diagonal, off-diagonal, factors of
 * the reflections, a vector of scratch.
 */
function tridiagonalise(m: ModuleBuilder, { dot, subtract }: EighPieces): Func {
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
        f.if(f32.gt(tail, f32.const(0)), () => {
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
function collect(m: ModuleBuilder, { dot, subtract }: EighPieces): Func {
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

/** √(x² + y²). */
const hypot = (x: F32, y: F32): F32 => f32.sqrt(f32.add(f32.mul(x, x), f32.mul(y, y)));

/**
 * Diagonalises a tridiagonal matrix by implicit QL steps with Wilkinson's shift, whose rotations turn
 * the rows of z. Parameters: size, diagonal, off-diagonal, z. Returns 0 if it gives up.
 */
function diagonalise(m: ModuleBuilder): Func {
  const rotate = rotateKernel(m);
  return m.func("diagonalise", { params: [i, i, i, i], results: [i] }, (f, n, d, e, z) => {
    const [l, k, end, turns] = [f.local("i32"), f.local("i32"), f.local("i32"), f.local("i32")];
    const get = (x: I32, index: I32) => f32.load(at(x, index));
    const last = f.let(i32.sub(n, 1));
    f.for(l, 0, n, 1, () => {
      f.set(turns, i32.const(0));
      f.block((settled) => {
        f.loop((again) => {
          // The block that begins at l ends where the off-diagonal is below rounding.
          f.set(end, l);
          f.block((found) => {
            f.loop((further) => {
              f.brIf(found, i32.ge_u(end, last));
              const near = f32.add(f32.abs(get(d, end)), f32.abs(get(d, i32.add(end, 1))));
              const tiny = f32.mul(f32.const(epsilon), near);
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

/**
 * Moves the eigenvectors, rows of z, to the rows of `to` in the order of ascending values, each with
 * its largest entry positive; `values` receives the values. Parameters: size, diagonal (destroyed),
 * z, to, values and their stride, factor of the values.
 */
function arrange(m: ModuleBuilder): Func {
  const params = [i, i, i, i, i, i, "f32"] as const;
  return m.func("arrange", { params }, (f, n, d, z, to, values, stride, factor) => {
    const [j, k, best] = [f.local("i32"), f.local("i32"), f.local("i32")];
    const row = f.let(i32.shl(n, 2));
    f.for(j, 0, n, 1, () => {
      const least = f.let(f32.const(Number.POSITIVE_INFINITY));
      f.for(k, 0, n, 1, () => {
        f.if(f32.lt(f32.load(at(d, k)), least), () => {
          f.set(least, f32.load(at(d, k)));
          f.set(best, k);
        });
      });
      f.do(f32.store(at(d, best), f32.const(Number.POSITIVE_INFINITY)));
      f.if(values, () => {
        f.do(f32.store(values, f32.mul(least, factor)));
        f.increment(values, stride);
      });
      const from = f.let(i32.add(z, i32.mul(best, row)));
      const largest = f.let(f32.const(0));
      f.for(k, 0, row, 4, () => {
        const entry = f.let(f32.load(i32.add(from, k)));
        f.if(f32.gt(f32.abs(entry), f32.abs(largest)), () => f.set(largest, entry));
      });
      const turn = f32.lt(largest, f32.const(0));
      const sign = f.let(select(turn, f32.const(-1), f32.const(1)));
      f.for(k, 0, row, 4, () => {
        const entry = f32.mul(sign, f32.load(i32.add(from, k)));
        f.do(f32.store(i32.add(to, k), entry));
      });
      f.increment(to, row);
    });
  });
}

/** Fills rows×cols elements with NaN. */
function fillNaN(f: FunctionBuilder, to: I32, row: I32Like, rows: I32, cols: I32, col: I32Like) {
  const [r, c] = [f.local("i32"), f.local("i32")];
  f.for(r, 0, rows, 1, () => {
    f.for(c, 0, cols, 1, () => {
      const place = i32.add(i32.add(to, i32.mul(r, row)), i32.mul(c, col));
      f.do(f32.store(place, f32.const(Number.NaN)));
    });
  });
}

/**
 * a = V diag(λ) V' of a symmetric matrix whose lower triangle is read. Parameters: a with row and
 * column stride, V and its row stride (columns side by side), λ (0: none) and its stride, size, scratch.
 */
export function eighKernel(m: ModuleBuilder, pieces: EighPieces): Func {
  const reduce = tridiagonalise(m, pieces);
  const rows = collect(m, pieces);
  const solve = diagonalise(m);
  const order = arrange(m);
  return m.func(
    "eigh",
    { params: [i, i, i, i, i, i, i, i, i], export: true },
    (f, a, aRow, aCol, out, outRow, values, stride, n, scratch) => {
      const row = f.let(i32.shl(n, 2));
      const square = f.let(i32.mul(row, n));
      const work = f.let(scratch);
      const z = f.let(i32.add(work, square));
      const d = f.let(i32.add(z, square));
      const [e, b, w] = [1, 2, 3].map((turn) => f.let(i32.add(d, i32.mul(row, turn)))) as [
        Local<"i32">,
        Local<"i32">,
        Local<"i32">,
      ];
      f.call(pieces.copy, work, row, a, aCol, aRow, n, n);
      f.call(pieces.mirror, work, row, 0, n);
      // Scaled to 1, squares neither overflow nor vanish.
      const k = f.local("i32");
      const [largest, odd] = [f.let(f32.const(0)), f.let(f32.const(0))];
      f.for(k, 0, square, 4, () => {
        const entry = f.let(f32.load(i32.add(work, k)));
        f.set(largest, f32.max(largest, f32.abs(entry)));
        f.set(odd, f32.add(odd, f32.mul(entry, f32.const(0))));
      });
      const success = f.let(i32.const(0));
      f.if(f32.eq(odd, f32.const(0)), () => {
        const none = f32.eq(largest, f32.const(0));
        const scale = f.let(select(none, f32.const(1), largest));
        f.for(k, 0, square, 4, () => {
          const place = i32.add(work, k);
          f.do(f32.store(place, f32.div(f32.load(place), scale)));
        });
        f.call(reduce, work, row, n, d, e, b, w);
        f.call(rows, work, row, n, b, z);
        f.set(success, callValue("i32", solve, n, d, e, z));
        f.if(success, () => {
          f.call(order, n, d, z, work, values, stride, scale);
          f.call(pieces.copy, out, outRow, work, 4, row, n, n);
        });
      });
      f.if(i32.eqz(success), () => {
        fillNaN(f, out, outRow, n, n, 4);
        f.if(values, () => fillNaN(f, values, stride, n, i32.const(1), 0));
      });
    },
  );
}
