import type { KernelOptions } from "../options.ts";
import {
  type Floats,
  type Func,
  type FunctionBuilder,
  type I32,
  i32,
  i32x4,
  type Local,
  type ModuleBuilder,
  type V128,
  v128,
} from "../wasm/index.ts";
import { rowTermBytes } from "./tile.ts";
import { shuffle, transpose } from "./transpose.ts";

const i = "i32" as const;

/** Returns whether the offsets of a vector's numbers, at an address, are `step` bytes apart. */
export function isRun({ lanes }: Floats, table: I32, step: number, offset = 0): I32 {
  if (lanes === 2) {
    return i32.eq(i32.sub(i32.load(table, offset + 4), i32.load(table, offset)), step);
  }
  const from = i32x4.sub(v128.load(table, offset), v128.load32_splat(table, offset));
  return i32x4.all_true(i32x4.eq(from, v128.const(0, step, 2 * step, 3 * step)));
}

/** Returns every other of seven numbers (three of 64 bits); nothing behind them is read. */
function everyOther(floats: Floats, address: Local<"i32">): V128 {
  const { bytes, lanes } = floats;
  const numbers = Array.from({ length: lanes }, (_, k) => 2 * k + Number(2 * k >= lanes));
  const ends = v128.load(address, (lanes - 1) * bytes);
  return shuffle(floats, v128.load(address), ends, numbers);
}

/** Returns a vector of numbers from anywhere. */
function gathered(
  f: FunctionBuilder,
  floats: Floats,
  from: readonly I32[],
  offset: I32,
): Local<"v128"> {
  const [first, ...others] = from as [I32, ...I32[]];
  const all = f.let(floats.loadFirst(i32.add(first, offset)));
  others.forEach((one, lane) => {
    f.set(all, floats.loadLane(i32.add(one, offset), all, lane + 1));
  });
  return all;
}

/**
 * Copies a vector of elements across for each term along: to[k·step…] = source[across[…] + along[k]].
 *
 * Neighbours are read together if they lie side by side, across or along, or one place apart, as with stride 2.
 * Parameters: source, addresses of the tables of offsets in bytes, terms, to, its step in bytes.
 */
function packVector(m: ModuleBuilder, floats: Floats): Func {
  const { bytes, lanes } = floats;
  return m.func(
    "packVector",
    { params: [i, i, i, i, i, i] },
    (f, source, across, along, terms, to, step) => {
      const each = (read: (offset: I32) => V128) => {
        f.while(terms, () => {
          f.do(v128.store(to, read(i32.load(along))));
          f.increment(along, 4);
          f.increment(to, step);
          f.increment(terms, -1);
        });
        f.return();
      };
      const from = Array.from({ length: lanes }, (_, lane) =>
        f.let(i32.add(source, i32.load(across, 4 * lane))),
      );
      const [first] = from as [Local<"i32">];
      const at = f.local(i);
      f.if(isRun(floats, across, bytes), () => each((offset) => v128.load(i32.add(first, offset))));
      f.if(isRun(floats, across, 2 * bytes), () =>
        each((offset) => {
          f.set(at, i32.add(first, offset));
          return everyOther(floats, at);
        }),
      );
      const put = (own: V128) => {
        f.do(v128.store(to, own));
        f.increment(to, step);
      };
      const square = (read: (address: Local<"i32">) => V128) => {
        const offset = f.let(i32.load(along));
        const rows = from.map((one) => f.let(read(f.let(i32.add(one, offset)))));
        transpose(f, floats, rows).forEach(put);
      };
      f.while(i32.ge_u(terms, lanes), () => {
        f.if(
          isRun(floats, along, bytes),
          () => square((address) => v128.load(address)),
          () =>
            f.if(
              isRun(floats, along, 2 * bytes),
              () => square((address) => everyOther(floats, address)),
              () => {
                for (let k = 0; k < lanes; k++) {
                  put(gathered(f, floats, from, f.let(i32.load(along, 4 * k))));
                }
              },
            ),
        );
        f.increment(along, 4 * lanes);
        f.increment(terms, -lanes);
      });
      each((offset) => gathered(f, floats, from, f.let(offset)));
    },
  );
}

/** Returns x·by, by a shift if that is possible. */
export function times(x: I32, by: number): I32 {
  const shift = Math.log2(by);
  return Number.isInteger(shift) ? i32.shl(x, shift) : i32.mul(x, by);
}

/** Panels that a table describes. */
interface PanelTable {
  /** The width of a panel in vectors. */
  readonly vectors: number;
  /** The bytes from the offsets of one panel to those of the next. */
  readonly entry: number;
}

/**
 * Packs panels of a few whole vectors across, terms one after the other: to[(width·terms)·panel + width·k + j] =
 * source[across[panel, j] + along[k]].
 *
 * Parameters: source, addresses of the tables of offsets in bytes, panels, terms, to.
 */
function panelPacker(
  m: ModuleBuilder,
  name: string,
  vector: Func,
  { vectors, entry }: PanelTable,
  floats: Floats,
): Func {
  const each = Array.from({ length: vectors }, (_, v) => v);
  // The bytes of a term in a panel, and of the offsets of a vector.
  const [term, offsets] = [16 * vectors, 4 * floats.lanes];
  return m.func(
    name,
    { params: [i, i, i, i, i, i], export: true },
    (f, source, across, along, panels, terms, to) => {
      f.while(panels, () => {
        f.if(
          each
            .map((v) => isRun(floats, across, floats.bytes, offsets * v))
            .reduce((x, y) => i32.and(x, y)),
          () => {
            const from = each.map((v) => f.let(i32.add(source, i32.load(across, offsets * v))));
            const [next, line] = [f.let(along), f.let(to)];
            const left = f.let(terms);
            f.while(left, () => {
              const offset = f.let(i32.load(next));
              from.forEach((one, v) => {
                f.do(v128.store(line, v128.load(i32.add(one, offset)), 16 * v));
              });
              f.increment(next, 4);
              f.increment(line, term);
              f.increment(left, -1);
            });
          },
          () => {
            for (const v of each) {
              const [own, target] = [i32.add(across, offsets * v), i32.add(to, 16 * v)];
              f.call(vector, source, own, along, terms, target, term);
            }
          },
        );
        f.increment(across, entry);
        f.increment(to, times(terms, term));
        f.increment(panels, -1);
      });
    },
  );
}

/**
 * Adds the functions that pack panels of rows (entries of eight offsets, of which a tile's rows are read) and of
 * columns (two vectors). With 32 bits these are one function.
 */
export function packersAt(m: ModuleBuilder, options: KernelOptions) {
  const { floats } = options;
  const vector = packVector(m, floats);
  const cols: PanelTable = { vectors: 2, entry: 8 * floats.lanes };
  const rows: PanelTable = { vectors: rowTermBytes(options) / 16, entry: 32 };
  const packColsAt = panelPacker(m, "packColsAt", vector, cols, floats);
  if (rows.vectors === cols.vectors) return { packColsAt, packRowsAt: packColsAt };
  return { packColsAt, packRowsAt: panelPacker(m, "packRowsAt", vector, rows, floats) };
}
