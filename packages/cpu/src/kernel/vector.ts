import type { KernelOptions } from "../options.ts";
import {
  type Func,
  f32,
  f32x4,
  type I32,
  i32,
  type Local,
  type ModuleBuilder,
  v128,
} from "../wasm/index.ts";
import { accumulate } from "./micro.ts";

const i = "i32" as const;

/** Address of element k of a vector. */
export const at = (x: I32, k: I32): I32 => i32.add(x, i32.shl(k, 2));

/** Σ x[k] y[k] of contiguous vectors, in sixteen running sums. */
export function dotKernel(m: ModuleBuilder, options: KernelOptions): Func {
  return m.func("dot", { params: [i, i, i], results: ["f32"] }, (f, x, y, count) => {
    const sums = Array.from({ length: 4 }, () => f.local("v128", v128.zero()));
    const take = (vectors: number) =>
      f.while(i32.ge_u(count, 4 * vectors), () => {
        for (let v = 0; v < vectors; v++) {
          const sum = sums[v] as Local<"v128">;
          f.set(sum, accumulate(options, "plus", v128.load(x, 16 * v), v128.load(y, 16 * v), sum));
        }
        f.increment(x, 16 * vectors);
        f.increment(y, 16 * vectors);
        f.increment(count, -4 * vectors);
      });
    take(4);
    take(1);
    const [a, b, c, d] = sums as [Local<"v128">, Local<"v128">, Local<"v128">, Local<"v128">];
    const all = f.let(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
    const lane = (k: number) => f32x4.extract_lane(all, k);
    const total = f.let(f32.add(f32.add(lane(0), lane(1)), f32.add(lane(2), lane(3))));
    f.while(count, () => {
      f.set(total, f32.add(total, f32.mul(f32.load(x), f32.load(y))));
      f.increment(x, 4);
      f.increment(y, 4);
      f.increment(count, -1);
    });
    f.result(total);
  });
}

/** y[k] −= factor x[k] for contiguous vectors. */
export function subtractKernel(m: ModuleBuilder): Func {
  return m.func("subtractScaled", { params: [i, i, i, "f32"] }, (f, y, x, count, factor) => {
    const scale = f.let(f32x4.splat(factor));
    f.while(i32.ge_u(count, 4), () => {
      f.do(v128.store(y, f32x4.sub(v128.load(y), f32x4.mul(v128.load(x), scale))));
      f.increment(x, 16);
      f.increment(y, 16);
      f.increment(count, -4);
    });
    f.while(count, () => {
      f.do(f32.store(y, f32.sub(f32.load(y), f32.mul(f32.load(x), factor))));
      f.increment(x, 4);
      f.increment(y, 4);
      f.increment(count, -1);
    });
  });
}
