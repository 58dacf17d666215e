import type { Range } from "../loop/nest.ts";
import { type FunctionBuilder, f32, type I32, i32 } from "../wasm/index.ts";

/**
 * Returns the columns of a square matrix for one part, so that every part has about as much of the triangle above the
 * diagonal.
 *
 * Columns go in groups of eight from the right, so that tiles of either float type are those of the whole matrix.
 */
export function triangleShare(
  f: FunctionBuilder,
  size: number,
  part: I32,
  parts: I32,
): { readonly from: I32; readonly to: I32 } & Range {
  const bound = (index: I32) => {
    const fraction = f32.div(f32.convert_i32_u(index), f32.convert_i32_u(parts));
    const column = f32.mul(f32.const(size), f32.sqrt(fraction));
    const right = i32.and(i32.sub(size, i32.trunc_sat_f32_u(column)), -8);
    return f.let(i32.sub(size, right));
  };
  const from = bound(part);
  const to = bound(i32.add(part, 1));
  f.if(i32.eqz(part), () => f.set(from, i32.const(0)));
  return { from, to };
}
