import type { KernelOptions } from "../options.ts";
import {
  type F32,
  type Func,
  type FunctionBuilder,
  f32x4,
  type I32,
  i32,
  type Local,
  type ModuleBuilder,
  type V128,
  v128,
} from "../wasm/index.ts";

/** x·y + z. */
export function madd({ relaxed }: KernelOptions, x: V128, y: V128, z: V128): V128 {
  return relaxed ? f32x4.relaxed_madd(x, y, z) : f32x4.add(f32x4.mul(x, y), z);
}

/**
 * C[rows, 4·vectors] = Σ_k a[k, :]' b[k, :], with all of C in registers.
 *
 * Parameters: a and its step per term in bytes, b and its step, the number of terms, c and its row
 * stride; base and its row stride, alpha and beta: unless base is −1, C = alpha·product, plus
 * beta·base where base is an address (not 0).
 *
 * The loop stands in a block with a conditional exit: in V8 a loop that is entered
 * unconditionally has its accumulators spilled, which halves the speed. Unrolling over k costs
 * as much.
 */
export function microKernel(
  m: ModuleBuilder,
  rows: number,
  vectors: number,
  options: KernelOptions,
): Func {
  const type = [
    "i32",
    "i32",
    "i32",
    "i32",
    "i32",
    "i32",
    "i32",
    "i32",
    "i32",
    "f32",
    "f32",
  ] as const;
  return m.func(
    `micro${rows}x${4 * vectors}`,
    { params: type },
    (f, a, aStep, b, bStep, terms, c, cRow, base, baseRow, alpha, beta) => {
      const sums = Array.from({ length: rows * vectors }, () => f.local("v128", v128.zero()));
      const row = Array.from({ length: vectors }, () => f.local("v128"));
      const splat = f.local("v128");
      const left = f.let(terms);
      f.while(left, () => {
        row.forEach((vector, j) => {
          f.set(vector, v128.load(b, 16 * j));
        });
        for (let i = 0; i < rows; i++) {
          f.set(splat, v128.load32_splat(a, 4 * i));
          row.forEach((vector, j) => {
            const sum = sums[i * vectors + j] as Local<"v128">;
            f.set(sum, madd(options, splat, vector, sum));
          });
        }
        f.increment(a, aStep);
        f.increment(b, bStep);
        f.increment(left, -1);
      });
      const to = { c, cRow, base, baseRow };
      f.if(
        i32.eq(base, -1),
        () => storeTile(f, sums, vectors, to),
        () => storeScaled(f, sums, vectors, to, alpha, beta),
      );
    },
  );
}

interface Target {
  readonly c: Local<"i32">;
  readonly cRow: I32;
  readonly base: Local<"i32">;
  readonly baseRow: I32;
}

function storeTile(f: FunctionBuilder, sums: readonly V128[], vectors: number, to: Target): void {
  sums.forEach((sum, at) => {
    if (at > 0 && at % vectors === 0) f.increment(to.c, to.cRow);
    f.do(v128.store(to.c, sum, 16 * (at % vectors)));
  });
}

function storeScaled(
  f: FunctionBuilder,
  sums: readonly Local<"v128">[],
  vectors: number,
  to: Target,
  alpha: F32,
  beta: F32,
): void {
  const scale = f.let(f32x4.splat(alpha));
  for (const sum of sums) f.set(sum, f32x4.mul(sum, scale));
  f.if(to.base, () => {
    const factor = f.let(f32x4.splat(beta));
    sums.forEach((sum, at) => {
      if (at > 0 && at % vectors === 0) f.increment(to.base, to.baseRow);
      f.set(sum, f32x4.add(sum, f32x4.mul(factor, v128.load(to.base, 16 * (at % vectors)))));
    });
  });
  storeTile(f, sums, vectors, to);
}
