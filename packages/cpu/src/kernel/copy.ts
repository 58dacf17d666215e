import {
  type Floats,
  type Func,
  type FunctionBuilder,
  i32,
  type Local,
  type ModuleBuilder,
  v128,
} from "../wasm/index.ts";
import { transpose } from "./transpose.ts";

interface Block {
  readonly to: Local<"i32">;
  readonly toRow: Local<"i32">;
  readonly from: Local<"i32">;
  readonly fromRow: Local<"i32">;
  readonly fromCol: Local<"i32">;
}

/**
 * Copies to[r, c] = from[r, c] for rows×cols elements of the size of floats. `to` has its columns side by side, and
 * `from` has any strides.
 *
 * Parameters: to, toRow, from, fromRow, fromCol, rows, cols.
 */
export function copyKernel(m: ModuleBuilder, floats: Floats): Func {
  const { bytes, shift, lanes, num } = floats;
  return m.func(
    "copy2d",
    { params: ["i32", "i32", "i32", "i32", "i32", "i32", "i32"], export: true },
    (f, to, toRow, from, fromRow, fromCol, rows, cols) => {
      const block: Block = { to, toRow, from, fromRow, fromCol };
      const done = f.let(i32.const(0));
      f.if(i32.eq(fromRow, bytes), () => {
        const whole = f.let(i32.and(cols, -lanes));
        transposed(f, block, rows, whole, floats);
        f.set(done, whole);
      });
      f.for(f.local("i32"), 0, rows, 1, () => {
        const source = f.let(i32.add(from, i32.mul(done, fromCol)));
        const target = f.let(i32.add(to, i32.shl(done, shift)));
        const left = f.let(i32.sub(cols, done));
        f.if(i32.eq(fromCol, bytes), () =>
          f.while(i32.ge_u(left, lanes), () => {
            f.do(v128.store(target, v128.load(source)));
            f.increment(source, 16);
            f.increment(target, 16);
            f.increment(left, -lanes);
          }),
        );
        f.while(left, () => {
          f.do(num.store(target, num.load(source)));
          f.increment(source, fromCol);
          f.increment(target, bytes);
          f.increment(left, -1);
        });
        f.increment(from, fromRow);
        f.increment(to, toRow);
      });
    },
  );
}

/** Copies as many columns at a time as a vector has numbers, each of them contiguous in `from`. */
function transposed(
  f: FunctionBuilder,
  block: Block,
  rows: Local<"i32">,
  cols: Local<"i32">,
  floats: Floats,
): void {
  const { bytes, shift, lanes, num } = floats;
  const { toRow, fromCol } = block;
  const col = f.local("i32");
  f.for(col, 0, cols, lanes, () => {
    const source = f.let(i32.add(block.from, i32.mul(col, fromCol)));
    const target = f.let(i32.add(block.to, i32.shl(col, shift)));
    const left = f.let(rows);
    f.while(i32.ge_u(left, lanes), () => {
      const line = f.let(source);
      const lines = Array.from({ length: lanes }, () => {
        const own = f.let(v128.load(line));
        f.increment(line, fromCol);
        return own;
      });
      for (const own of transpose(f, floats, lines)) {
        f.do(v128.store(target, own));
        f.increment(target, toRow);
      }
      f.increment(source, 16);
      f.increment(left, -lanes);
    });
    f.while(left, () => {
      const line = f.let(source);
      for (let k = 0; k < lanes; k++) {
        f.do(num.store(target, num.load(line), bytes * k));
        f.increment(line, fromCol);
      }
      f.increment(target, toRow);
      f.increment(source, bytes);
      f.increment(left, -1);
    });
  });
}

/**
 * Copies the upper triangle of a square matrix to rows of the lower one.
 *
 * Parameters: matrix, its row stride (columns side by side), the rows from and to.
 */
export function mirrorKernel(m: ModuleBuilder, copy: Func, { bytes, shift, num }: Floats): Func {
  const group = 16;
  const params = ["i32", "i32", "i32", "i32"] as const;
  return m.func("mirror", { params, export: true }, (f, a, row, from, to) => {
    const [r0, r, c] = [f.local("i32"), f.local("i32"), f.local("i32")];
    f.for(r0, from, to, group, () => {
      const end = f.let(i32.add(r0, group));
      f.if(i32.gt_u(end, to), () => f.set(end, to));
      const rows = i32.sub(end, r0);
      const line = i32.add(a, i32.mul(r0, row));
      f.call(copy, line, row, i32.add(a, i32.shl(r0, shift)), bytes, row, rows, r0);
      f.for(r, r0, end, 1, () => {
        f.for(c, r0, r, 1, () => {
          const at = (i: Local<"i32">, j: Local<"i32">) =>
            i32.add(i32.add(a, i32.mul(i, row)), i32.shl(j, shift));
          f.do(num.store(at(r, c), num.load(at(c, r))));
        });
      });
    });
  });
}
