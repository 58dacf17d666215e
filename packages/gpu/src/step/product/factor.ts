import type { Operand } from "../../wgsl/kernel.ts";
import { upTo } from "../../wgsl/layout.ts";

/** One factor of a product, as text. */
export interface Factor {
  /** Lines that find its matrix, from `batch`. */
  readonly lines: readonly string[];
  /** Returns the element at an outer index (a row of a, a column of b) and an index along the sum. */
  readonly load: (outer: string, inner: string) => string;
  /** Whether neighbours in the sum lie side by side, and not neighbours in the outer index. */
  readonly alongSum: boolean;
  /**
   * Returns four neighbours that lie side by side as a vector: along the sum if `alongSum` is set, else of the outer index.
   * The index of the first one is a multiple of 4. Null if they cannot be had so; else the extent along which they lie is a multiple of 4.
   */
  readonly quad: ((outer: string, inner: string) => string) | null;
}

/** What becomes of the elements of a product. */
export interface Finish {
  /** Statements that use the element `value` at `row` and `column`, both inside the product. They may store it too. */
  readonly lines: readonly string[];
  /** What is stored after them. */
  readonly stores: readonly Stored[];
  /** Whether all of it is stored in vectors of four neighbours of a row. Then their number is a multiple of 4. */
  readonly quads: boolean;
}

/** A value that is stored for each element. */
export interface Stored {
  readonly target: Operand;
  /** The place for `row` and `column`. */
  readonly place: string;
  readonly value: string;
}

/** A batched product of an a of m rows and a b of n columns. */
export interface Product {
  /** The kind of the step. */
  readonly step: string;
  readonly batches: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly a: Factor;
  readonly b: Factor;
  /** Whether only tiles that reach the lower triangle are computed. */
  readonly lower: boolean;
  readonly finish: Finish;
}

/** A size, and its place in the uniform. So products of other shapes share one pipeline. */
export interface Extent {
  readonly size: number;
  readonly text: string;
}

/** Returns statements that finish four elements of a row: those at `row`, `first` and the next three columns. */
export function finishLines(
  { lines, stores, quads }: Finish,
  columns: string,
  first: string,
  value: string,
): string[] {
  const begin = ["{", `let columnFirst = ${first};`];
  if (!quads) {
    return [
      ...begin,
      "for (var e = 0u; e < 4u; e++) {",
      "let column = columnFirst + e;",
      `if (column < ${columns}) {`,
      `let value = ${value}[e];`,
      ...lines,
      ...stores.map(({ target, place, value: own }) => target.store(place, own)),
      "} } }",
    ];
  }
  return [
    ...begin,
    `if (columnFirst < ${columns}) {`,
    ...stores.map((_, i) => `var quad${i} = vec4<u32>(0u);`),
    "for (var e = 0u; e < 4u; e++) {",
    "let column = columnFirst + e;",
    `let value = ${value}[e];`,
    ...lines,
    ...stores.map(({ target, value: own }, i) => `quad${i}[e] = ${target.bits(own)};`),
    "}",
    "let column = columnFirst;",
    ...stores.map(({ target, place }, i) => target.setQuad(place, `quad${i}`)),
    "} }",
  ];
}

/** Returns the elements of b at one term in four columns, those from `columnFrom` on. */
export function fourColumns(
  { quad, alongSum, load }: Factor,
  inner: string,
  inAll: string,
): string {
  if (quad !== null && !alongSum) return quad(`min(columnFrom, ${inAll} - 4u)`, inner);
  const elements = upTo(4).map((c) => load(`min(columnFrom + ${c}u, ${inAll} - 1u)`, inner));
  return `vec4<f32>(${elements.join(", ")})`;
}
