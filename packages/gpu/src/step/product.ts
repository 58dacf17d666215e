import type { Dispatch, Kernel } from "../wgsl/kernel.ts";

/** A size, and its place in the uniform. So products of other shapes share one pipeline. */
interface Extent {
  readonly size: number;
  readonly text: string;
}

/** How a product is cut: a workgroup computes `rows`×`columns` of it, and a thread `each`×`each`. */
interface Tile {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
  readonly each: 4 | 8;
}

const tiles: readonly Tile[] = [
  { rows: 128, columns: 128, depth: 16, each: 8 },
  { rows: 64, columns: 64, depth: 16, each: 4 },
  { rows: 32, columns: 32, depth: 16, each: 4 },
];

/** The number of workgroups that keep a device busy. With fewer, tiles are smaller, so that there are more of them. */
const enough = 128;

/** One factor of a product, as text. */
export interface Factor {
  /** Lines that find its matrix, from `batch`. */
  readonly lines: readonly string[];
  /** Returns the element at an outer index (a row of a, a column of b) and an index along the sum. */
  readonly load: (outer: string, inner: string) => string;
  /** Whether neighbours in the sum lie side by side, and not neighbours in the outer index. */
  readonly alongSum: boolean;
}

/** A batched product of an a of m rows and a b of n columns. */
export interface Product {
  readonly batches: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: Factor;
  readonly b: Factor;
  /** Whether only tiles that reach the lower triangle are computed. */
  readonly lower: boolean;
  /** Statements that use the element `value` at `row` and `column`, both inside the product. */
  readonly finish: readonly string[];
}

const components = "xyzw";
const blocks = (count: number) => Array.from({ length: count }, (_, i) => i);

function tileOf({ batches, m, n }: Product, guarded: boolean): Tile {
  const groups = ({ rows, columns }: Tile) =>
    batches * Math.ceil(m / rows) * Math.ceil(n / columns);
  const found = tiles.find((tile) => groups(tile) >= enough) ?? (tiles.at(-1) as Tile);
  // The largest tiles fill the 16 KiB of a workgroup. A condition needs a word of them.
  return guarded && found.each === 8 ? { ...found, depth: 8 } : found;
}

/**
 * Returns lines that bring a tile of a factor into workgroup memory, four neighbours of the outer index in a vector.
 * The vectors of one depth are permuted by it (xor), so that threads that run along the sum do not meet in one bank.
 */
function fetchLines(
  name: string,
  { load, alongSum }: Factor,
  outer: Extent,
  size: number,
  start: string,
  { depth, each: side }: Tile,
  threads: number,
  k: Extent,
): string[] {
  const vectors = size / 4;
  const each = (vectors * depth) / threads;
  // Large tiles have a text of their own if they fit. Small ones have one text for all shapes.
  const fits = side === 8 && k.size % depth === 0;
  const inside = (inner: string, text: string) =>
    fits ? text : `select(0.0, ${text}, ${inner} < ${k.text})`;
  const clamped = (at: string) =>
    side === 8 && outer.size % size === 0 ? at : `min(${at}, ${outer.text} - 1u)`;
  return blocks(each).flatMap((turn) => {
    const slot = `${name}slot${turn}`;
    const [q, d] = [`${name}q${turn}`, `${name}d${turn}`];
    const along = alongSum ? `${slot} / ${depth}u` : `${slot} % ${vectors}u`;
    const deep = alongSum ? `${slot} % ${depth}u` : `${slot} / ${vectors}u`;
    const inner = `${name}inner${turn}`;
    const values = blocks(4).map((c) => {
      const at = clamped(`(${start} + 4u * ${q} + ${c}u)`);
      return inside(inner, load(at, fits ? inner : `min(${inner}, ${k.text} - 1u)`));
    });
    return [
      `let ${slot} = lane + ${turn * threads}u;`,
      `let ${q} = ${along};`,
      `let ${d} = ${deep};`,
      `let ${inner} = first + ${d};`,
      `${name}[${d} * ${vectors}u + (${q} ^ (${d} & ${Math.min(vectors, 8) - 1}u))] = vec4<f32>(${values.join(", ")});`,
    ];
  });
}

/** The least number of terms of a slice of a sum. */
const shortest = 128;

/** Returns the number of slices of the sum, for products whose tiles alone would leave most of the device idle. */
function slicesOf(groups: number, k: number): number {
  return Math.max(1, Math.min(Math.floor(k / shortest), Math.floor(enough / groups)));
}

/**
 * Returns products in tiles: shared fetches, sums in registers, and then `finish` for each element. If there are few
 * tiles with long sums, they are cut along the sum, and a second dispatch adds the parts.
 */
export function productDispatches(
  kernel: Kernel,
  product: Product,
  guarded: boolean,
): readonly Dispatch[] {
  const { batches, m, n, k } = product;
  const size = batches * m * n;
  if (size === 0) return [];
  const tile = tileOf(product, guarded);
  const tilesInAll = batches * Math.ceil(m / tile.rows) * Math.ceil(n / tile.columns);
  const slices = slicesOf(tilesInAll, k);
  if (slices === 1) return [tiled(kernel, product, tile, 1)];
  const parts = kernel.scratch("f32", slices * size, 0);
  const [all, high, wide] = [size, m, n].map((x) => kernel.param(x));
  const at = (slice: string) => `(${slice} * ${all} + (batch * ${high} + row) * ${wide} + column)`;
  const finish = [parts.store(at("slice"), "value")];
  return [
    tiled(kernel, { ...product, finish }, tile, slices),
    added(kernel, product, slices, (slice) => parts.load(at(slice))),
  ];
}

/** Adds the parts of each element. */
function added(
  kernel: Kernel,
  { batches, m, n, a, b, lower, finish }: Product,
  slices: number,
  part: (slice: string) => string,
): Dispatch {
  const lanes = 256;
  const body = [
    `let index = group * ${lanes}u + lane;`,
    `if (index >= ${batches * m * n}u) { return; }`,
    `let column = index % ${n}u;`,
    `let row = (index / ${n}u) % ${m}u;`,
    `let batch = index / ${m * n}u;`,
    ...(lower ? ["if (column > row) { return; }"] : []),
    ...a.lines,
    ...b.lines,
    "var value = 0.0;",
    `for (var slice = 0u; slice < ${slices}u; slice++) { value += ${part("slice")}; }`,
    ...finish,
  ];
  return kernel.build(body, Math.ceil((batches * m * n) / lanes), lanes, false);
}

function tiled(kernel: Kernel, product: Product, tile: Tile, slices: number): Dispatch {
  const { batches, m, n, k, a, b, lower } = product;
  const { rows, columns, depth, each } = tile;
  const threads = (rows / each) * (columns / each);
  const [down, right] = [Math.ceil(m / rows), Math.ceil(n / columns)];
  const terms = kernel.param(Math.ceil(k / slices / depth) * depth);
  const [rowsInAll, columnsInAll, sum] = [m, n, k].map((size): Extent => {
    return { size, text: kernel.param(size) };
  }) as [Extent, Extent, Extent];
  const [cuts, perBatch, perRow] = [slices, down * right, right].map((x) => kernel.param(x));
  const halves = each / 4;
  kernel.shared("aTile", "vec4<f32>", (rows / 4) * depth);
  kernel.shared("bTile", "vec4<f32>", (columns / 4) * depth);
  const take = (name: string, size: number, thread: string) =>
    blocks(halves).map((half) => {
      const vectors = size / 4;
      const q = `(${thread} + ${(half * vectors) / halves}u)`;
      return `let ${name}${half} = ${name}Tile[d * ${vectors}u + (${q} ^ (d & ${Math.min(vectors, 8) - 1}u))];`;
    });
  const sums = blocks(each).flatMap((r) =>
    blocks(halves).map((c) => ({ r, c, name: `s${r}_${c}` })),
  );
  const body = [
    `let slice = group % ${cuts};`,
    `let batch = (group / ${cuts}) / ${perBatch};`,
    `let inBatch = (group / ${cuts}) % ${perBatch};`,
    `let rowStart = (inBatch / ${perRow}) * ${rows}u;`,
    `let columnStart = (inBatch % ${perRow}) * ${columns}u;`,
    ...(lower ? [`if (columnStart >= rowStart + ${rows}u) { return; }`] : []),
    `let threadRow = lane / ${columns / each}u;`,
    `let threadColumn = lane % ${columns / each}u;`,
    ...a.lines,
    ...b.lines,
    ...sums.map(({ name }) => `var ${name} = vec4<f32>(0.0);`),
    `let last = min(${sum.text}, (slice + 1u) * ${terms});`,
    `for (var first = slice * ${terms}; first < last; first += ${depth}u) {`,
    ...fetchLines("aTile", a, rowsInAll, rows, "rowStart", tile, threads, sum),
    ...fetchLines("bTile", b, columnsInAll, columns, "columnStart", tile, threads, sum),
    "workgroupBarrier();",
    `for (var d = 0u; d < ${depth}u; d++) {`,
    ...take("a", rows, "threadRow"),
    ...take("b", columns, "threadColumn"),
    ...sums.map(({ r, c, name }) => {
      const left = `a${r >> 2}.${components[r & 3]}`;
      return `${name} = fma(vec4<f32>(${left}), b${c}, ${name});`;
    }),
    "}",
    "workgroupBarrier();",
    "}",
    ...blocks(each).flatMap((r) => [
      "{",
      `let row = rowStart + ${(r >> 2) * (rows / halves) + (r & 3)}u + 4u * threadRow;`,
      `if (row < ${rowsInAll.text}) {`,
      ...blocks(halves).flatMap((c) => [
        `for (var e = 0u; e < 4u; e++) {`,
        `let column = columnStart + ${(c * columns) / halves}u + 4u * threadColumn + e;`,
        `if (column < ${columnsInAll.text}) {`,
        `let value = s${r}_${c}[e];`,
        ...product.finish,
        "} }",
      ]),
      "} }",
    ]),
  ];
  return kernel.build(body, batches * down * right * slices, threads, true);
}
