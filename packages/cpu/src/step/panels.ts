import type { Space } from "../loop/space.ts";
import { type FunctionBuilder, type I32, i32 } from "../wasm/index.ts";

/** How rows are cut into panels: the first ones have `height` rows, the others one less. */
export interface Panels {
  readonly count: number;
  readonly height: number;
  readonly high: number;
}

/** Returns rows as panels of nearly equal height, at most `most`. */
export function panelsOf(rows: number, most: number): Panels {
  const count = Math.ceil(rows / most);
  const height = Math.ceil(rows / count);
  return { count, height, high: rows - count * (height - 1) };
}

/** Writes the places of the elements of a space, one offset after the other. */
export function fillOffsets(
  f: FunctionBuilder,
  { sizes }: Space,
  strides: readonly number[],
  table: I32,
) {
  const to = f.let(table);
  const at = f.let(i32.const(0));
  const level = (axis: number): void => {
    if (axis === sizes.length) {
      f.do(i32.store(to, at));
      f.increment(to, 4);
      return;
    }
    const [size, stride] = [sizes[axis] as number, strides[axis] as number];
    f.for(f.local("i32"), 0, size, 1, () => {
      level(axis + 1);
      f.increment(at, stride);
    });
    f.increment(at, -size * stride);
  };
  level(0);
}

/** Puts a list of offsets into panels of eight (a tile has fewer rows), each filled up with its last offset. */
export function fillPanels(
  f: FunctionBuilder,
  list: I32,
  { count, height, high }: Panels,
  to: I32,
  entry: number,
): void {
  const [from, target] = [f.let(list), f.let(to)];
  const [panel, rows, slot] = [f.local("i32"), f.local("i32"), f.local("i32")];
  const at = f.local("i32");
  f.for(panel, 0, count, 1, () => {
    f.set(rows, i32.sub(i32.const(height), i32.ge_u(panel, high)));
    f.for(slot, 0, 8, 1, () => {
      f.set(at, i32.sub(rows, 1));
      f.if(i32.lt_u(slot, at), () => f.set(at, slot));
      const offset = i32.load(i32.add(from, i32.shl(at, 2)));
      f.do(i32.store(i32.add(target, i32.shl(slot, 2)), offset));
    });
    if (entry > 32) f.do(i32.store(target, rows, 32));
    f.increment(from, i32.shl(rows, 2));
    f.increment(target, entry);
  });
}

/** Returns places within the memory of a part. */
export function layOut(sizes: Readonly<Record<string, number>>) {
  let bytes = 0;
  const at: Record<string, number> = {};
  for (const [name, size] of Object.entries(sizes)) {
    at[name] = bytes;
    bytes += Math.ceil(size / 64) * 64;
  }
  return { at, bytes };
}
