import type { KernelOptions } from "../options.ts";
import { type Func, type Local, type ModuleBuilder, type V128, v128 } from "../wasm/index.ts";

/** Whether a product is added to what is there, or subtracted. */
export type Sign = "plus" | "minus";

/** Returns z + x·y, or z − x·y. */
export function accumulate(
  { relaxed, floats: { vec } }: KernelOptions,
  sign: Sign,
  x: V128,
  y: V128,
  z: V128,
): V128 {
  if (sign === "plus") return relaxed ? vec.relaxed_madd(x, y, z) : vec.add(z, vec.mul(x, y));
  return relaxed ? vec.relaxed_nmadd(x, y, z) : vec.sub(z, vec.mul(x, y));
}

/**
 * Computes C[rows, lanes·vectors] = beta·base ± Σ_k a[k, :]' b[k, :], with all of C in registers.
 *
 * Parameters: a and its step per term in bytes, b and its step, the number of terms, c and its row stride; base (an
 * address, or 0 for none) and its row stride, beta.
 *
 * V8's register allocator decides the speed, by a factor of two. It keeps the sums in registers under four
 * conditions: the loop is entered behind a condition; nothing but stores follows it; these are in the order in which
 * the loop uses the sums; and k is not unrolled. (TurboFan orders the arithmetic of a block by its uses, and
 * otherwise loads all of A before the first product.) So base is added before the loop.
 */
export function microKernel(
  m: ModuleBuilder,
  rows: number,
  vectors: number,
  sign: Sign,
  options: KernelOptions,
): Func {
  const { type, bytes, lanes, vec, loadSplat } = options.floats;
  const params = ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", type] as const;
  return m.func(
    `micro${rows}x${lanes * vectors}${sign}`,
    { params },
    (f, a, aStep, b, bStep, terms, c, cRow, base, baseRow, beta) => {
      const sums = Array.from({ length: rows * vectors }, () => f.local("v128", v128.zero()));
      f.if(base, () => {
        const factor = f.let(vec.splat(beta));
        sums.forEach((sum, at) => {
          if (at > 0 && at % vectors === 0) f.increment(base, baseRow);
          f.set(sum, vec.mul(v128.load(base, 16 * (at % vectors)), factor));
        });
      });
      const row = Array.from({ length: vectors }, () => f.local("v128"));
      const splat = f.local("v128");
      const left = f.let(terms);
      f.while(left, () => {
        row.forEach((vector, j) => {
          f.set(vector, v128.load(b, 16 * j));
        });
        for (let i = 0; i < rows; i++) {
          f.set(splat, loadSplat(a, bytes * i));
          row.forEach((vector, j) => {
            const sum = sums[i * vectors + j] as Local<"v128">;
            f.set(sum, accumulate(options, sign, splat, vector, sum));
          });
        }
        f.increment(a, aStep);
        f.increment(b, bStep);
        f.increment(left, -1);
      });
      sums.forEach((sum, at) => {
        if (at > 0 && at % vectors === 0) f.increment(c, cRow);
        f.do(v128.store(c, sum, 16 * (at % vectors)));
      });
    },
  );
}
