import type { Library } from "../kernel/library.ts";
import type { KernelOptions } from "../options.ts";
import { callValue, type Func, i32, type ModuleBuilder, memoryFill } from "../wasm/index.ts";

const i = "i32" as const;

/**
 * out = L with LL' = a + λI, zeros above; the λ used is the result. Parameters as of the library's own, which takes over
 * where λ does not suffice. Rows of `out` are side by side or further apart.
 */
export function nativeCholesky(
  m: ModuleBuilder,
  kernels: Pick<Library, "copy2d" | "cholesky">,
  potrf: Func,
  { floats }: KernelOptions,
): Func {
  const { type, bytes, shift, num } = floats;
  const params = [i, i, i, i, i, i, i, type, i] as const;
  return m.func(
    "nativeCholesky",
    { params, results: [type], export: true },
    (f, a, aRow, aCol, out, outRow, size, workRow, lambda, scratch) => {
      const r = f.local("i32");
      const pivot = f.let(out);
      const next = f.let(i32.add(outRow, bytes));
      f.call(kernels.copy2d, out, outRow, a, aRow, aCol, size, size);
      f.for(r, 0, size, 1, () => {
        f.do(num.store(pivot, num.add(num.load(pivot), lambda)));
        f.increment(pivot, next);
      });
      f.block((failed) => {
        f.brIf(failed, callValue("i32", potrf, size, out, i32.shr_u(outRow, shift)));
        f.set(pivot, out);
        const left = f.let(size);
        f.while(left, () => {
          f.increment(left, -1);
          // Not every library stops at a NaN.
          const value = f.let(num.load(pivot));
          const infinity = num.const(Number.POSITIVE_INFINITY);
          const sound = i32.and(num.gt(value, num.const(0)), num.lt(value, infinity));
          f.brIf(failed, i32.eqz(sound));
          f.do(memoryFill(i32.add(pivot, bytes), 0, i32.shl(left, shift)));
          f.increment(pivot, next);
        });
        f.return(lambda);
      });
      const args = [a, aRow, aCol, out, outRow, size, workRow, lambda, scratch];
      f.result(callValue(type, kernels.cholesky, ...args));
    },
  );
}
