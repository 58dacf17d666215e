import { type Range, share, whole } from "../loop/nest.ts";
import { type FunctionBuilder, type I32, i32, select } from "../wasm/index.ts";

/** How parts share a product: groups of rows times groups of columns, none of them empty. */
export interface Grid {
  readonly rows: number;
  readonly columns: number;
}

/**
 * The columns of a group are a multiple of this, which is whole tiles in both float types. The edges of tiles round
 * in another order.
 */
export const gridColumns = 8;

// Times per term of the sum, in units of the time of a tile for one row.
const tileRows = 6;
/** The time that a tile takes apart from its rows. */
const tileTime = 1;
/** The times to pack an element of A, whose panels are transposed, and eight of B. */
const [packTime, packColumnsTime] = [1.2, 4];

/** Returns the number of groups of equal size, the last one smaller, of which none is empty. */
function groupsOf(size: number, groups: number): number {
  return Math.ceil(size / Math.ceil(size / groups));
}

/**
 * Returns the grid in which the largest share of an m×n product takes the least time.
 *
 * Every group of rows packs all its columns' part of B, and every group of columns packs its rows of A. Among equal
 * grids it takes the one with most groups of rows, which are also those of the element-wise steps before and after.
 */
export function gridOf(m: number, n: number, parts: number): Grid {
  const panels = Math.ceil(n / gridColumns);
  let best: Grid = { rows: 1, columns: 1 };
  let least = Number.POSITIVE_INFINITY;
  for (let across = 1; across <= Math.min(parts, panels); across++) {
    const grid = {
      rows: groupsOf(m, Math.min(m, Math.floor(parts / across))),
      columns: groupsOf(panels, across),
    };
    const rows = Math.ceil(m / grid.rows);
    const own = Math.ceil(panels / grid.columns);
    const tiles = own * (rows + tileTime * Math.ceil(rows / tileRows));
    const time = tiles + packTime * rows + packColumnsTime * own;
    if (time < least) [best, least] = [grid, time];
  }
  return best;
}

/** Returns the rows and columns of a part of a grid. Either all parts are there, or one that does everything. */
export function gridShare(
  f: FunctionBuilder,
  m: number,
  n: number,
  grid: Grid,
  part: I32,
  parts: I32,
): { readonly rows: Range; readonly cols: Range } {
  if (parts.literal === 1) return { rows: whole(m), cols: whole(n) };
  const groups = (count: number) =>
    count === 1 ? i32.const(1) : f.let(select(i32.eq(parts, 1), i32.const(1), i32.const(count)));
  const [down, across] = [groups(grid.rows), groups(grid.columns)];
  return {
    rows: share(f, m, 1, i32.div_u(part, across), down),
    cols: share(f, n, gridColumns, i32.rem_u(part, across), across),
  };
}
