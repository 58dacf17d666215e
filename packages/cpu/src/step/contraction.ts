import { rowEntry } from "../kernel/productAt.ts";
import {
  blockCols,
  blockRows,
  rowTermBytes,
  termsPerBlock,
  tileBytes,
  tileOf,
} from "../kernel/tile.ts";
import { type Range, share, whole } from "../loop/nest.ts";
import type { FixedRegion } from "../loop/region.ts";
import type { Space } from "../loop/space.ts";
import { type Floats, type FunctionBuilder, type I32, i32, type Local } from "../wasm/index.ts";
import { sharesWell } from "./batch.ts";
import type { StepContext } from "./context.ts";
import { productCost, shareable, sizeOf } from "./cost.ts";
import { type ProductSpaces, peel } from "./groups.ts";
import { withOwnScratch } from "./ownScratch.ts";
import { fillOffsets, fillPanels, layOut, panelsOf } from "./panels.ts";
import { axisShare, forEachIndex, longest } from "./rows.ts";

/** The least number of columns of a table, if there are so many. */
const leastColumns = 64;
/** The least number of terms of a table, if there are so many. */
const leastTerms = 128;
/** The largest number of bytes of a packed A that is kept for all columns. */
const keptBytes = 2 ** 19;

/** Returns a region whose address is counted from elsewhere. */
function moving(space: Space, stream: number, { type }: Floats): FixedRegion {
  const strides = space.strides[stream] as readonly number[];
  return { base: 0, shape: space.sizes, strides, dtype: type };
}

/**
 * Lowers a product whose rows, sum and columns may each be several loops, as one phase.
 *
 * Panels are packed from the places in tables of offsets, so nothing is copied before. Parts share the batch, outer
 * columns, rows or columns.
 */
export function lowerContraction(spaces: ProductSpaces, context: StepContext): void {
  const { options, library } = context;
  const { floats } = options;
  const { bases, batch, rows } = spaces;
  const { outer, rest: columns } = peel(spaces.columns, leastColumns);
  const { outer: sums, rest: inner } = peel(spaces.inner, leastTerms);
  const [m, k, n] = [rows, inner, columns].map(({ sizes }) => sizeOf(sizes)) as [
    number,
    number,
    number,
  ];
  const tile = tileOf(options);
  const panels = panelsOf(m, tile.rows);
  const colPanels = Math.ceil(n / tile.cols);
  const depth = termsPerBlock(k, options);
  const rowTerm = rowTermBytes(options);
  const turns = sizeOf(sums.sizes);
  // A is packed once if it is small and more than one block of columns uses it.
  const packedAll = rowTerm * panels.count * k * turns;
  const kept = packedAll <= keptBytes && (sizeOf(outer.sizes) > 1 || n > blockCols);
  const blockPanels = Math.min(panels.count, Math.floor(blockRows / panels.height));
  const { at, bytes } = layOut({
    tile: tileBytes,
    rowsA: 32 * panels.count,
    rowsC: rowEntry * panels.count,
    termsA: 4 * k,
    termsB: 4 * k,
    colsB: 4 * tile.cols * colPanels,
    colsC: 4 * tile.cols * colPanels,
    list: 4 * m,
    packedA: kept ? packedAll : rowTerm * blockPanels * depth,
    packedB: 32 * Math.ceil(Math.min(n, blockCols) / tile.cols) * depth,
  }) as {
    at: Record<
      | "tile"
      | "rowsA"
      | "rowsC"
      | "termsA"
      | "termsB"
      | "colsB"
      | "colsC"
      | "list"
      | "packedA"
      | "packedB",
      number
    >;
    bytes: number;
  };
  const shared = (space: Space) =>
    longest(space.sizes) > 1 && sharesWell(space.sizes, context.parts);
  const by = shared(batch)
    ? "batch"
    : shared(outer)
      ? "outer"
      : panels.count >= colPanels
        ? "rows"
        : "columns";
  const grains = {
    batch: longest(batch.sizes),
    outer: longest(outer.sizes),
    rows: panels.count,
    columns: colPanels,
  }[by];
  const work = sizeOf(batch.sizes) * sizeOf(outer.sizes) * turns * productCost(m, n, k, floats);
  const cost = shareable(grains, work);
  const scratch = context.partScratch(bytes, grains, cost);
  const cRow = rows.sizes.length > 1 ? 0 : (rows.strides[0]?.[0] ?? 32);
  context.phase(cost, (f, part, parts) => {
    withOwnScratch(f, scratch, part, context, (own) => {
      const place = (name: keyof typeof at) => i32.add(own, at[name]);
      fillOffsets(f, rows, rows.strides[1] as number[], place("list"));
      fillPanels(f, place("list"), panels, place("rowsA"), 32);
      fillOffsets(f, rows, rows.strides[0] as number[], place("list"));
      fillPanels(f, place("list"), panels, place("rowsC"), rowEntry);
      fillOffsets(f, inner, inner.strides[0] as number[], place("termsA"));
      fillOffsets(f, inner, inner.strides[1] as number[], place("termsB"));
      for (const [name, stream] of [
        ["colsC", 0],
        ["colsB", 1],
      ] as const) {
        fillOffsets(f, columns, columns.strides[stream] as number[], place(name));
        const last = f.let(i32.load(place(name), 4 * (n - 1)));
        for (let j = n; j < tile.cols * colPanels; j++) f.do(i32.store(place(name), last, 4 * j));
      }
      const mine = {
        rows: by === "rows" ? share(f, panels.count, 1, part, parts) : whole(panels.count),
        columns: by === "columns" ? share(f, n, tile.cols, part, parts) : whole(n),
        batch: by === "batch" ? axisShare(f, batch.sizes, part, parts) : null,
        outer: by === "outer" ? axisShare(f, outer.sizes, part, parts) : null,
      };
      const packA = (a: I32, from: I32, count: I32, p0: I32, terms: I32, to: I32) =>
        f.call(
          library.packRowsAt,
          ...[a, i32.add(place("rowsA"), i32.shl(from, 5))],
          ...[i32.add(place("termsA"), i32.shl(p0, 2)), count, terms, to],
        );
      /** Runs `body` for each block of terms, with the address where its packed A begins if that is kept. */
      const eachTerms = (body: (a: I32, b: I32, p0: I32, terms: I32, packed: I32) => void) => {
        const packed = f.let(place("packedA"));
        const regions = [moving(sums, 0, floats), moving(sums, 1, floats)];
        forEachIndex(f, sums.sizes, regions, null, ([a, b]) => {
          const p0 = f.local("i32");
          f.for(p0, 0, k, depth, () => {
            const terms = f.let(i32.sub(i32.const(k), p0));
            f.if(i32.gt_u(terms, depth), () => f.set(terms, i32.const(depth)));
            body(a as I32, b as I32, p0, terms, packed);
            if (kept) f.increment(packed, i32.mul(terms, rowTerm * panels.count));
          });
        });
      };
      const streams = ([0, 1, 2] as const).map((s) => ({
        ...moving(batch, s, floats),
        base: bases[s],
      }));
      forEachIndex(f, batch.sizes, streams, mine.batch, (addresses) => {
        const [a0, b0, c0] = addresses.map((address): I32 => f.let(address)) as [I32, I32, I32];
        if (kept) {
          eachTerms((a, _, p0, terms, packed) =>
            packA(i32.add(a0, a), i32.const(0), i32.const(panels.count), p0, terms, packed),
          );
        }
        const outerStreams = [moving(outer, 1, floats), moving(outer, 0, floats)];
        forEachIndex(f, outer.sizes, outerStreams, mine.outer, ([b1, c1]) => {
          const b = f.let(i32.add(b0, b1 as I32));
          const c = f.let(i32.add(c0, c1 as I32));
          block(f, { a: a0, b, c }, mine.rows, mine.columns);
        });
      });

      function block(
        f: FunctionBuilder,
        { a: a0, b: b0, c: c0 }: { readonly a: I32; readonly b: I32; readonly c: I32 },
        rowRange: Range,
        colRange: Range,
      ): void {
        const [j0, i0, add] = [f.local("i32"), f.local("i32"), f.local("i32")];
        const end = (range: Range): I32 =>
          typeof range.to === "number" ? i32.const(range.to) : range.to;
        const upTo = (from: Local<"i32">, range: Range, most: number) => {
          const count = f.let(i32.sub(end(range), from));
          f.if(i32.gt_u(count, most), () => f.set(count, i32.const(most)));
          return count;
        };
        f.for(j0, colRange.from, colRange.to, blockCols, () => {
          const width = upTo(j0, colRange, blockCols);
          f.set(add, i32.const(0));
          eachTerms((a, b, p0, terms, packed) => {
            f.call(
              library.packColsAt,
              ...[i32.add(b0, b), i32.add(place("colsB"), i32.shl(j0, 2))],
              ...[
                i32.add(place("termsB"), i32.shl(p0, 2)),
                i32.shr_u(i32.add(width, tile.cols - 1), Math.log2(tile.cols)),
              ],
              ...[terms, place("packedB")],
            );
            f.for(i0, rowRange.from, rowRange.to, blockPanels, () => {
              const count = upTo(i0, rowRange, blockPanels);
              if (!kept) packA(i32.add(a0, a), i0, count, p0, terms, packed);
              const first = kept ? i32.add(packed, i32.mul(i32.mul(terms, rowTerm), i0)) : packed;
              f.call(
                library.tilesAt,
                ...[first, place("packedB"), terms],
                ...[i32.add(place("rowsC"), i32.mul(i0, rowEntry)), count],
                ...[i32.add(place("colsC"), i32.shl(j0, 2)), width],
                ...[c0, cRow, add, place("tile")],
              );
            });
            f.set(add, i32.const(1));
          });
        });
      }
    });
  });
}
