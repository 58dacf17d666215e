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

/** Where a panel is read from and written to. Addresses and strides are in bytes. */
interface Panel {
  readonly source: Local<"i32">;
  readonly across: Local<"i32">;
  readonly along: Local<"i32">;
  readonly terms: Local<"i32">;
  readonly to: Local<"i32">;
  /** The address of factors along the terms; 0 for none. */
  readonly factors: Local<"i32">;
  /** The number of elements across, and their type. */
  readonly width: number;
  readonly floats: Floats;
}

/**
 * Copies `width` elements across for each term along, so that the terms lie one after the other: to[k·width + i] =
 * factors[k]·source[i·across + k·along].
 */
export function packPanel(m: ModuleBuilder, width: number, floats: Floats): Func {
  return m.func(
    `pack${width}`,
    { params: ["i32", "i32", "i32", "i32", "i32", "i32"] },
    (f, source, across, along, terms, to, factors) => {
      const panel: Panel = { source, across, along, terms, to, factors, width, floats };
      const each = (scaled: boolean) =>
        f.if(
          i32.eq(across, floats.bytes),
          () => packRows(f, panel, scaled),
          () => {
            f.if(i32.eq(along, floats.bytes), () => packColumns(f, panel, scaled));
            packElements(f, panel, scaled);
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

function step(f: FunctionBuilder, panel: Panel, terms: number): void {
  f.increment(panel.source, i32.mul(panel.along, terms));
  f.increment(panel.to, panel.floats.bytes * panel.width * terms);
  f.increment(panel.terms, -terms);
}

/** Packs a panel whose elements across lie side by side. */
function packRows(f: FunctionBuilder, panel: Panel, scaled: boolean): void {
  const { source, to, factors, width } = panel;
  const { bytes, lanes, vec, loadSplat, storeLane } = panel.floats;
  f.while(panel.terms, () => {
    const factor = scaled ? f.let(loadSplat(factors)) : null;
    const whole = width - (width % lanes);
    for (let i = 0; i < whole; i += lanes) {
      const own = v128.load(source, bytes * i);
      f.do(v128.store(to, factor ? vec.mul(own, factor) : own, bytes * i));
    }
    for (let i = whole; i < width; i++) {
      const own = loadSplat(source, bytes * i);
      f.do(storeLane(to, factor ? vec.mul(own, factor) : own, 0, bytes * i));
    }
    if (scaled) f.increment(factors, bytes);
    step(f, panel, 1);
  });
}

/**
 * Packs a panel whose elements along lie side by side: blocks of as many terms as a vector has numbers are
 * transposed.
 */
function packColumns(f: FunctionBuilder, panel: Panel, scaled: boolean): void {
  const { source, across, to, factors, width, floats } = panel;
  const { bytes, lanes, vec, storeLane } = floats;
  f.while(i32.ge_u(panel.terms, lanes), () => {
    const factor = scaled ? f.let(v128.load(factors)) : null;
    const from = f.let(source);
    const rows = Array.from({ length: width }, () => {
      const own = v128.load(from);
      const row = f.let(factor ? vec.mul(own, factor) : own);
      f.increment(from, across);
      return row;
    });
    for (let i = 0; i < width; i += lanes) {
      const group = rows.slice(i, i + lanes);
      if (group.length === lanes) {
        transpose(f, floats, group).forEach((own, k) => {
          f.do(v128.store(to, own, bytes * (k * width + i)));
        });
      } else {
        group.forEach((row, j) => {
          for (let k = 0; k < lanes; k++) {
            f.do(storeLane(to, row, k, bytes * (k * width + i + j)));
          }
        });
      }
    }
    if (scaled) f.increment(factors, 16);
    step(f, panel, lanes);
  });
}

function packElements(f: FunctionBuilder, panel: Panel, scaled: boolean): void {
  const { source, across, to, factors, width } = panel;
  const { bytes, num } = panel.floats;
  f.while(panel.terms, () => {
    const from = f.let(source);
    for (let i = 0; i < width; i++) {
      const value = num.load(from);
      f.do(num.store(to, scaled ? num.mul(value, num.load(factors)) : value, bytes * i));
      f.increment(from, across);
    }
    if (scaled) f.increment(factors, bytes);
    step(f, panel, 1);
  });
}

/** Packs like `packPanel` for `count` elements across, filled up with zeros to `width`. */
export function packPadded(m: ModuleBuilder, { bytes, shift, num }: Floats): Func {
  return m.func(
    "packPadded",
    { params: ["i32", "i32", "i32", "i32", "i32", "i32", "i32"] },
    (f, source, across, along, terms, to, count, width) => {
      const i = f.local("i32");
      const from = f.local("i32");
      f.while(terms, () => {
        f.set(from, source);
        f.for(i, 0, count, 1, () => {
          f.do(num.store(i32.add(to, i32.shl(i, shift)), num.load(from)));
          f.increment(from, across);
        });
        f.for(i, count, width, 1, () => {
          const place = i32.add(to, i32.shl(i, shift));
          for (let at = 0; at < bytes; at += 4) f.do(i32.store(place, i32.const(0), at));
        });
        f.increment(to, i32.shl(width, shift));
        f.increment(source, along);
        f.increment(terms, -1);
      });
    },
  );
}
