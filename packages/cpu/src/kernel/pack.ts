import {
  type Func,
  type FunctionBuilder,
  f32,
  f32x4,
  i32,
  i32x4,
  type Local,
  type ModuleBuilder,
  type V128,
  v128,
} from "../wasm/index.ts";

/** Where a panel is read from and written to; addresses and strides in bytes. */
interface Panel {
  readonly source: Local<"i32">;
  readonly across: Local<"i32">;
  readonly along: Local<"i32">;
  readonly terms: Local<"i32">;
  readonly to: Local<"i32">;
  /** Factors along the terms; 0 for none. */
  readonly factors: Local<"i32">;
}

/** Four vectors transposed. */
export function transpose4(f: FunctionBuilder, rows: readonly V128[]): Local<"v128">[] {
  const [a, b, c, d] = rows as [V128, V128, V128, V128];
  const low = f.let(i32x4.shuffle(a, b, [0, 4, 1, 5]));
  const high = f.let(i32x4.shuffle(a, b, [2, 6, 3, 7]));
  const low2 = f.let(i32x4.shuffle(c, d, [0, 4, 1, 5]));
  const high2 = f.let(i32x4.shuffle(c, d, [2, 6, 3, 7]));
  return [
    f.let(i32x4.shuffle(low, low2, [0, 1, 4, 5])),
    f.let(i32x4.shuffle(low, low2, [2, 3, 6, 7])),
    f.let(i32x4.shuffle(high, high2, [0, 1, 4, 5])),
    f.let(i32x4.shuffle(high, high2, [2, 3, 6, 7])),
  ];
}

/**
 * Copies `width` elements across for each term along, so that the terms lie one after the other:
 * to[k·width + i] = factors[k]·source[i·across + k·along].
 */
export function packPanel(m: ModuleBuilder, width: number): Func {
  return m.func(
    `pack${width}`,
    { params: ["i32", "i32", "i32", "i32", "i32", "i32"] },
    (f, source, across, along, terms, to, factors) => {
      const panel: Panel = { source, across, along, terms, to, factors };
      const each = (scaled: boolean) =>
        f.if(
          i32.eq(across, 4),
          () => packRows(f, panel, width, scaled),
          () => {
            f.if(i32.eq(along, 4), () => packColumns(f, panel, width, scaled));
            packElements(f, panel, width, scaled);
          },
        );
      f.if(
        factors,
        () => each(true),
        () => each(false),
      );
    },
  );
}

function step(f: FunctionBuilder, panel: Panel, width: number, terms: number): void {
  f.increment(panel.source, i32.mul(panel.along, terms));
  f.increment(panel.to, 4 * width * terms);
  f.increment(panel.terms, -terms);
}

/** Elements across lie side by side. */
function packRows(f: FunctionBuilder, panel: Panel, width: number, scaled: boolean): void {
  const { source, to, factors } = panel;
  f.while(panel.terms, () => {
    const factor = scaled ? f.let(v128.load32_splat(factors)) : null;
    for (let i = 0; i + 4 <= width; i += 4) {
      const lanes = v128.load(source, 4 * i);
      f.do(v128.store(to, factor ? f32x4.mul(lanes, factor) : lanes, 4 * i));
    }
    for (let i = width & ~3; i < width; i++) {
      const lanes = v128.load32_splat(source, 4 * i);
      f.do(v128.store32_lane(to, factor ? f32x4.mul(lanes, factor) : lanes, 0, 4 * i));
    }
    if (scaled) f.increment(factors, 4);
    step(f, panel, width, 1);
  });
}

/** Elements along lie side by side: blocks of four terms are transposed. */
function packColumns(f: FunctionBuilder, panel: Panel, width: number, scaled: boolean): void {
  const { source, across, to, factors } = panel;
  f.while(i32.ge_u(panel.terms, 4), () => {
    const factor = scaled ? f.let(v128.load(factors)) : null;
    const from = f.let(source);
    const rows = Array.from({ length: width }, () => {
      const lanes = v128.load(from);
      const row = f.let(factor ? f32x4.mul(lanes, factor) : lanes);
      f.increment(from, across);
      return row;
    });
    for (let i = 0; i < width; i += 4) {
      const group = rows.slice(i, i + 4);
      if (group.length === 4) {
        transpose4(f, group).forEach((lanes, k) => {
          f.do(v128.store(to, lanes, 4 * (k * width + i)));
        });
      } else {
        group.forEach((row, j) => {
          for (let k = 0; k < 4; k++) {
            f.do(v128.store32_lane(to, row, k, 4 * (k * width + i + j)));
          }
        });
      }
    }
    if (scaled) f.increment(factors, 16);
    step(f, panel, width, 4);
  });
}

function packElements(f: FunctionBuilder, panel: Panel, width: number, scaled: boolean): void {
  const { source, across, to, factors } = panel;
  f.while(panel.terms, () => {
    const from = f.let(source);
    for (let i = 0; i < width; i++) {
      const value = f32.load(from);
      f.do(f32.store(to, scaled ? f32.mul(value, f32.load(factors)) : value, 4 * i));
      f.increment(from, across);
    }
    if (scaled) f.increment(factors, 4);
    step(f, panel, width, 1);
  });
}

/** Like `packPanel` for `count` elements across, filled up with zeros to `width`. */
export function packPadded(m: ModuleBuilder): Func {
  return m.func(
    "packPadded",
    { params: ["i32", "i32", "i32", "i32", "i32", "i32", "i32"] },
    (f, source, across, along, terms, to, count, width) => {
      const i = f.local("i32");
      const from = f.local("i32");
      f.while(terms, () => {
        f.set(from, source);
        f.for(i, 0, count, 1, () => {
          f.do(f32.store(i32.add(to, i32.shl(i, 2)), f32.load(from)));
          f.increment(from, across);
        });
        f.for(i, count, width, 1, () => {
          f.do(i32.store(i32.add(to, i32.shl(i, 2)), i32.const(0)));
        });
        f.increment(to, i32.shl(width, 2));
        f.increment(source, along);
        f.increment(terms, -1);
      });
    },
  );
}
