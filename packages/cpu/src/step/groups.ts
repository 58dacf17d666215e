import type { MatmulStep } from "@metrigrad/tensor";
import { productAxes } from "@metrigrad/tensor";
import type { FixedRegion } from "../loop/region.ts";
import { collapse, pickAxes, type Space } from "../loop/space.ts";
import type { Floats } from "../wasm/index.ts";

type Base = FixedRegion["base"];

/** The regions of a product. */
export interface ProductRegions {
  readonly a: FixedRegion;
  readonly b: FixedRegion;
  readonly c: FixedRegion;
}

/** The loops of a product by their purpose; neighbours that can be one loop are one. */
export interface ProductSpaces {
  /** The addresses of a, b and c. */
  readonly bases: readonly [a: Base, b: Base, c: Base];
  /** The batch, with the strides of a, b and c. */
  readonly batch: Space;
  /** The rows, with the strides of c and a. */
  readonly rows: Space;
  /** The sum, with the strides of a and b. */
  readonly inner: Space;
  /** The columns, with the strides of c and b. */
  readonly columns: Space;
}

/** Sorts the axes of a product into its loops, so that c has its columns side by side if that is possible. */
export function productSpaces(
  step: MatmulStep,
  { a, b, c }: ProductRegions,
  { bytes }: Floats,
): ProductSpaces {
  const { batch, rows, inner, columns } = productAxes(step);
  const lead = batch.length;
  const part = ({ strides }: FixedRegion, from: number, count: number) =>
    strides.slice(from, from + count);
  const strides = {
    rows: [part(c, lead, rows.length), part(a, lead, rows.length)],
    inner: [part(a, lead + rows.length, inner.length), part(b, lead, inner.length)],
    columns: [
      part(c, lead + rows.length, columns.length),
      part(b, lead + inner.length, columns.length),
    ],
  };
  const spaces: ProductSpaces = {
    bases: [a.base, b.base, c.base],
    // The order is that of the axes, which says how parts share them.
    batch: pickAxes(
      { sizes: batch, strides: [part(a, 0, lead), part(b, 0, lead), part(c, 0, lead)] },
      batch.flatMap((size, axis) => (size === 1 ? [] : [axis])),
    ),
    rows: collapse({ sizes: rows, strides: strides.rows }),
    inner: collapse({ sizes: inner, strides: strides.inner }),
    columns: collapse({ sizes: columns, strides: strides.columns }),
  };
  const side = ({ strides: [own] }: Space) => own?.at(-1) === bytes;
  return !side(spaces.columns) && side(spaces.rows) ? swapped(spaces) : spaces;
}

/** Returns the same product transposed: C' = B'A'. */
function swapped({ bases, batch, rows, inner, columns }: ProductSpaces): ProductSpaces {
  const [a, b, c] = bases;
  const [byA, byB, byC] = batch.strides as [number[], number[], number[]];
  return {
    bases: [b, a, c],
    batch: { ...batch, strides: [byB, byA, byC] },
    rows: columns,
    inner: { ...inner, strides: [...inner.strides].reverse() },
    columns: rows,
  };
}

/** Returns the matrices of a product in which no group needs more than one loop; null for other products. */
export function asMatrices(
  { bases, batch, rows, inner, columns }: ProductSpaces,
  { type, bytes }: Floats,
): ProductRegions | null {
  if ([rows, inner, columns].some(({ sizes }) => sizes.length > 1)) return null;
  const matrix = (
    at: 0 | 1 | 2,
    down: readonly [Space, number],
    right: readonly [Space, number],
  ) => {
    const of = ([space, stream]: readonly [Space, number]) => space.strides[stream]?.[0] ?? bytes;
    const region: FixedRegion = {
      base: bases[at],
      shape: [...batch.sizes, down[0].sizes[0] ?? 1, right[0].sizes[0] ?? 1],
      strides: [...(batch.strides[at] as readonly number[]), of(down), of(right)],
      dtype: type,
    };
    return region;
  };
  return {
    a: matrix(0, [rows, 1], [inner, 0]),
    b: matrix(1, [inner, 1], [columns, 1]),
    c: matrix(2, [rows, 0], [columns, 0]),
  };
}

/**
 * Takes the first loops out of a space while the rest has at least `least` turns. Tables of the rest are then short,
 * and the same for every turn of the loops that were taken out.
 */
export function peel(space: Space, least: number): { readonly outer: Space; readonly rest: Space } {
  let from = 0;
  const turns = (start: number) => space.sizes.slice(start).reduce((size, n) => size * n, 1);
  while (from + 1 < space.sizes.length && turns(from + 1) >= least) from += 1;
  const axes = space.sizes.map((_, axis) => axis);
  return { outer: pickAxes(space, axes.slice(0, from)), rest: pickAxes(space, axes.slice(from)) };
}
