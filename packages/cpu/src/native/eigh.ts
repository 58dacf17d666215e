import type { Library } from "../kernel/library.ts";
import type { KernelOptions } from "../options.ts";
import {
  callValue,
  type Floats,
  type Func,
  type FunctionBuilder,
  type I32,
  i32,
  type Local,
  type ModuleBuilder,
  type Num,
} from "../wasm/index.ts";

import { leastEigh } from "./worth.ts";

const i = "i32" as const;

/** Returns the least number of numbers and of integers that LAPACK works with beside the matrix. */
const numbersOf = (size: number) => 1 + 6 * size + 2 * size * size;
const integersOf = (size: number) => 3 + 5 * size;

/** Returns the bytes that a decomposition needs; integers may have 64 bits. */
export function nativeEighScratch(size: number, { bytes }: Floats): number {
  return bytes * (size * size + size + numbersOf(size)) + 8 * integersOf(size) + 64;
}

/**
 * Adds `eigh` of the library by LAPACK.
 *
 * The library's own `eigh` is used for small matrices, if a value is not finite, and if LAPACK does not converge. The
 * scratch must suffice for both.
 */
export function nativeEigh(
  m: ModuleBuilder,
  kernels: Pick<Library, "copy2d" | "eigh">,
  syevd: Func,
  { floats }: KernelOptions,
): Func {
  const { type, bytes, shift, num } = floats;
  /** Makes the largest entry of a row positive. */
  const orient = (f: FunctionBuilder, line: I32, row: Local<"i32">) => {
    const k = f.local("i32");
    const largest: Local = f.let(num.const(0));
    const entry = () => num.load(i32.add(line, k));
    f.for(k, 0, row, bytes, () => {
      const own = num.gt(num.abs(entry()), num.abs(largest as Num));
      f.if(own, () => f.set(largest, entry()));
    });
    f.if(num.lt(largest as Num, num.const(0)), () =>
      f.for(k, 0, row, bytes, () => f.do(num.store(i32.add(line, k), num.neg(entry())))),
    );
  };
  return m.func(
    "eigh",
    { params: [i, i, i, i, i, i, i, i, i], export: true },
    (f, a, aRow, aCol, out, outRow, values, stride, n, scratch) => {
      const row = f.let(i32.shl(n, shift));
      const square = f.let(i32.mul(row, n));
      const lambda = f.let(i32.add(scratch, square));
      const count = f.let(i32.add(i32.add(i32.mul(n, 6), i32.mul(i32.mul(n, n), 2)), 1));
      const numbers = f.let(i32.add(lambda, row));
      const behind = i32.add(i32.add(numbers, i32.shl(count, shift)), 7);
      const integers = f.let(i32.and(behind, -8));
      const [r, k] = [f.local("i32"), f.local("i32")];
      const line = f.let(scratch);
      const odd = f.let(num.const(0)) as Local<typeof type>;
      f.block((failed) => {
        f.brIf(failed, i32.lt_u(n, leastEigh));
        f.call(kernels.copy2d, scratch, row, a, aRow, aCol, n, n);
        f.for(r, 0, row, bytes, () => {
          f.for(k, 0, i32.add(r, bytes), bytes, () => {
            const entry = num.load(i32.add(line, k));
            f.set(odd, num.add(odd, num.mul(entry, num.const(0))));
          });
          f.increment(line, row);
        });
        f.brIf(failed, num.ne(odd, num.const(0)));
        const places = [lambda, numbers, count, integers, i32.add(i32.mul(n, 5), 3)];
        f.brIf(failed, callValue("i32", syevd, n, scratch, n, ...places));
        f.set(line, scratch);
        f.for(r, 0, n, 1, () => {
          orient(f, line, row);
          f.increment(line, row);
        });
        f.call(kernels.copy2d, out, outRow, scratch, bytes, row, n, n);
        f.if(values, () =>
          f.for(k, 0, row, bytes, () => {
            f.do(num.store(values, num.load(i32.add(lambda, k))));
            f.increment(values, stride);
          }),
        );
        f.return();
      });
      f.call(kernels.eigh, a, aRow, aCol, out, outRow, values, stride, n, scratch);
    },
  );
}
