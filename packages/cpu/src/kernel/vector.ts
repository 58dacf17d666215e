import type { KernelOptions } from "../options.ts";
import {
  type Floats,
  type Func,
  type I32,
  i32,
  type Local,
  type ModuleBuilder,
  type Num,
  v128,
} from "../wasm/index.ts";
import { accumulate } from "./micro.ts";

const i = "i32" as const;

/** Returns the addresses of elements of vectors. */
export const elementOf =
  ({ shift }: Floats) =>
  (x: I32, k: I32): I32 =>
    i32.add(x, i32.shl(k, shift));

/** Computes Σ x[k] y[k] of contiguous vectors, in four vectors of running sums. */
export function dotKernel(m: ModuleBuilder, options: KernelOptions): Func {
  const { type, bytes, lanes, num, vec } = options.floats;
  return m.func("dot", { params: [i, i, i], results: [type] }, (f, x, y, count) => {
    const sums = Array.from({ length: 4 }, () => f.local("v128", v128.zero()));
    const take = (vectors: number) =>
      f.while(i32.ge_u(count, lanes * vectors), () => {
        for (let v = 0; v < vectors; v++) {
          const sum = sums[v] as Local<"v128">;
          f.set(sum, accumulate(options, "plus", v128.load(x, 16 * v), v128.load(y, 16 * v), sum));
        }
        f.increment(x, 16 * vectors);
        f.increment(y, 16 * vectors);
        f.increment(count, -lanes * vectors);
      });
    take(4);
    take(1);
    const [a, b, c, d] = sums as [Local<"v128">, Local<"v128">, Local<"v128">, Local<"v128">];
    const all = f.let(vec.add(vec.add(a, b), vec.add(c, d)));
    /** Adds neighbours first. */
    const sumOf = (first: number, count: number): Num =>
      count === 1
        ? vec.extract_lane(all, first)
        : num.add(sumOf(first, count / 2), sumOf(first + count / 2, count / 2));
    const total = f.let(sumOf(0, lanes));
    f.while(count, () => {
      f.set(total, num.add(total, num.mul(num.load(x), num.load(y))));
      f.increment(x, bytes);
      f.increment(y, bytes);
      f.increment(count, -1);
    });
    f.result(total);
  });
}

/** Computes y[k] −= factor x[k] for contiguous vectors. */
export function subtractKernel(m: ModuleBuilder, floats: Floats): Func {
  const { type, bytes, lanes, num, vec } = floats;
  return m.func("subtractScaled", { params: [i, i, i, type] }, (f, y, x, count, factor) => {
    const scale = f.let(vec.splat(factor));
    f.while(i32.ge_u(count, lanes), () => {
      f.do(v128.store(y, vec.sub(v128.load(y), vec.mul(v128.load(x), scale))));
      f.increment(x, 16);
      f.increment(y, 16);
      f.increment(count, -lanes);
    });
    f.while(count, () => {
      f.do(num.store(y, num.sub(num.load(y), num.mul(num.load(x), factor))));
      f.increment(x, bytes);
      f.increment(y, bytes);
      f.increment(count, -1);
    });
  });
}
