import type { KernelOptions } from "../options.ts";
import {
  type Func,
  type FunctionBuilder,
  f64,
  type I32,
  i32,
  type ModuleBuilder,
} from "../wasm/index.ts";
import { leastProduct, leastSide } from "./worth.ts";

const i = "i32" as const;

/** Returns whether a product is too small for the library. */
function isSmall(rows: I32, cols: I32, terms: I32): I32 {
  const thin = [rows, cols, terms].map((side) => i32.lt_u(side, leastSide));
  const size = [rows, cols, terms].map((side) => f64.convert_i32_u(side)).reduce(f64.mul);
  return i32.or(thin.reduce(i32.or), f64.lt(size, f64.const(leastProduct)));
}

/**
 * Adds `gemmMinus` of the library with base C, beta 1 and no factors, C −= A·B, by a native library.
 *
 * The rows of B and C are side by side. If they go up in memory, as in solves with L', everything is read from the
 * other end.
 */
export function nativeMinus(
  m: ModuleBuilder,
  own: Func,
  gemm: Func,
  { floats }: KernelOptions,
): Func {
  const { type, bytes, shift, num } = floats;
  const params = [i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, type, i] as const;
  return m.func("gemmMinus", { params, export: true }, (f, ...args) => {
    const [a, aRow, aCol, b, bRow, , c, cRow, , rows, cols, terms] = args;
    const minus = (turned: 0 | 1, lead: I32) =>
      f.call(
        gemm,
        ...[turned, 0, rows, cols, terms, num.const(-1), a, i32.shr_u(lead, shift)],
        ...[b, i32.shr_u(bRow, shift), num.const(1), c, i32.shr_u(cRow, shift)],
      );
    f.block((ours) => {
      f.brIf(ours, isSmall(rows, cols, terms));
      const upwards = f.let(i32.lt_s(cRow, 0));
      const line = f.let(aRow);
      const step = f.let(aCol);
      f.if(upwards, () => {
        f.set(line, i32.sub(i32.const(0), aRow));
        f.set(step, i32.sub(i32.const(0), aCol));
      });
      // BLAS needs whole lines. Views that repeat, overlap or go backwards are for our own kernel.
      const whole = (side: I32, other: I32, length: I32) =>
        i32.and(i32.eq(side, bytes), i32.ge_s(other, i32.shl(length, shift)));
      const byRows = f.let(whole(step, line, terms));
      f.brIf(ours, i32.eqz(i32.or(byRows, whole(line, step, rows))));
      f.if(upwards, () => {
        const [last, end] = [f.let(i32.sub(rows, 1)), f.let(i32.sub(terms, 1))];
        f.increment(a, i32.add(i32.mul(last, aRow), i32.mul(end, aCol)));
        f.increment(b, i32.mul(end, bRow));
        f.increment(c, i32.mul(last, cRow));
        f.set(bRow, i32.sub(i32.const(0), bRow));
        f.set(cRow, i32.sub(i32.const(0), cRow));
      });
      f.if(
        byRows,
        () => minus(0, line),
        () => minus(1, step),
      );
      f.return();
    });
    f.call(own, ...args);
  });
}

/** Adds `gemmUpperMinus` of the library as factors call it, C −= B'B on and above the diagonal, by a native library. */
export function nativeUpperMinus(
  m: ModuleBuilder,
  own: Func,
  syrk: Func,
  { floats }: KernelOptions,
): Func {
  const { type, shift, num } = floats;
  const params = [i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, i, type, i] as const;
  return m.func("gemmUpperMinus", { params, export: true }, (f: FunctionBuilder, ...args) => {
    const [, , , b, bRow, , c, cRow, , rows, cols, terms] = args;
    f.if(
      isSmall(rows, cols, terms),
      () => f.call(own, ...args),
      () =>
        f.call(
          syrk,
          ...[0, 1, rows, terms, num.const(-1), b, i32.shr_u(bRow, shift)],
          ...[num.const(1), c, i32.shr_u(cRow, shift)],
        ),
    );
  });
}
