import { upTo } from "../../wgsl/layout.ts";
import type { Extent, Factor } from "./factor.ts";

/** How one factor's tile comes into workgroup memory. */
interface Fetch {
  /** Variables that hold a thread's part of the tile. */
  readonly declare: readonly string[];
  /** Statements that read them, from the terms at `first` on. */
  readonly load: readonly string[];
  /** Statements that write them to the tile. */
  readonly store: readonly string[];
}

/** A factor's tile, and what is known of the whole factor. */
interface Tiled {
  readonly name: string;
  readonly factor: Factor;
  /** The outer extent of the factor, and that of the sum. */
  readonly outer: Extent;
  readonly sum: Extent;
  /** The outer extent of the tile, and the text of its first index. */
  readonly size: number;
  readonly start: string;
  readonly depth: number;
  /** The number of threads that fetch it. */
  readonly threads: number;
  /** Whether the text is for this shape alone, so that it need not ask for ends that are not reached. */
  readonly own: boolean;
}

/**
 * Returns the place of a vector in a tile: four neighbours of the outer index with number `q`, at one depth.
 *
 * If the threads that fetch it run along the sum, the vectors of one depth are permuted by it (xor), so that they do not
 * meet in one bank.
 */
export function tilePlace(
  {
    name,
    size,
    alongSum,
  }: { readonly name: string; readonly size: number; readonly alongSum: boolean },
  d: string,
  q: string,
): string {
  const vectors = size / 4;
  const own = alongSum ? `(${q} ^ (${d} & ${Math.min(vectors, 8) - 1}u))` : q;
  return `${name}Tile[${d} * ${vectors}u + ${own}]`;
}

/** Returns how the threads of a workgroup fetch a tile. */
export function fetchOf(tiled: Tiled): Fetch {
  return tiled.factor.quad !== null && tiled.factor.alongSum ? blocks(tiled) : vectors(tiled);
}

/** Each turn of a thread fetches one vector of the tile. */
function vectors(tiled: Tiled): Fetch {
  const { name, factor, size, start, depth, threads } = tiled;
  const own = { name, size, alongSum: factor.alongSum };
  const { within, clamped, clampedQuad, short } = boundsOf(tiled);
  const inRow = size / 4;
  const turns = upTo(Math.ceil((inRow * depth) / threads));
  const of = (turn: number) => {
    const slot = `(lane + ${turn * threads}u)`;
    return factor.alongSum
      ? { q: `(${slot} / ${depth}u)`, d: `(${slot} % ${depth}u)` }
      : { q: `(${slot} % ${inRow}u)`, d: `(${slot} / ${inRow}u)` };
  };
  return {
    declare: turns.map((turn) => `var ${name}${turn}: vec4<f32>;`),
    load: turns.flatMap((turn) => {
      const { q, d } = of(turn);
      const inner = `${name}Inner${turn}`;
      const from = `(${start} + 4u * ${q})`;
      const values = upTo(4).map((c) =>
        within(inner, "0.0", factor.load(clamped(`(${from} + ${c}u)`), short(inner))),
      );
      const value =
        factor.quad === null
          ? `vec4<f32>(${values.join(", ")})`
          : within(inner, "vec4<f32>(0.0)", factor.quad(clampedQuad(from), short(inner)));
      return [`let ${inner} = first + ${d};`, `${name}${turn} = ${value};`];
    }),
    store: turns.map((turn) => {
      const { q, d } = of(turn);
      return `${tilePlace(own, d, q)} = ${name}${turn};`;
    }),
  };
}

/** Each turn of a thread fetches 4×4 elements by vectors along the sum, and transposes them. */
function blocks(tiled: Tiled): Fetch {
  const { name, factor, size, start, depth, threads } = tiled;
  const own = { name, size, alongSum: factor.alongSum };
  const { within, clamped } = boundsOf(tiled);
  const inRow = depth / 4;
  const count = (size / 4) * inRow;
  const turns = upTo(Math.ceil(count / threads));
  const slot = (turn: number) => `(lane + ${turn * threads}u)`;
  const whenUsed = (turn: number, lines: readonly string[]) =>
    (turn + 1) * threads <= count ? lines : [`if (${slot(turn)} < ${count}u) {`, ...lines, "}"];
  const quad = factor.quad as NonNullable<Factor["quad"]>;
  const at = (turn: number) => {
    return { q: `(${slot(turn)} / ${inRow}u)`, j: `(${slot(turn)} % ${inRow}u)` };
  };
  return {
    declare: turns.flatMap((turn) => upTo(4).map((c) => `var ${name}${turn}_${c}: vec4<f32>;`)),
    load: turns.flatMap((turn) => {
      const { q, j } = at(turn);
      const inner = `(first + 4u * ${j})`;
      const loads = upTo(4).map((c) => {
        const from = clamped(`(${start} + 4u * ${q} + ${c}u)`);
        // The extent of the sum is a multiple of 4, so a vector is inside as a whole.
        const short = tiled.own ? inner : `min(${inner}, ${tiled.sum.text} - 4u)`;
        return `${name}${turn}_${c} = ${within(inner, "vec4<f32>(0.0)", quad(from, short))};`;
      });
      return whenUsed(turn, loads);
    }),
    store: turns.flatMap((turn) => {
      const { q, j } = at(turn);
      const stores = upTo(4).map((t) => {
        const column = upTo(4).map((c) => `${name}${turn}_${c}[${t}]`);
        const place = tilePlace(own, `(4u * ${j} + ${t}u)`, q);
        return `${place} = vec4<f32>(${column.join(", ")});`;
      });
      return whenUsed(turn, stores);
    }),
  };
}

/** Returns texts that keep indices inside the factor, and values beyond the end of the sum out of it. */
function boundsOf({ outer, sum, size, own }: Tiled) {
  const whole = own && outer.size % size === 0;
  return {
    within: (inner: string, zero: string, value: string) =>
      own ? value : `select(${zero}, ${value}, ${inner} < ${sum.text})`,
    clamped: (at: string) => (whole ? at : `min(${at}, ${outer.text} - 1u)`),
    clampedQuad: (at: string) => (whole ? at : `min(${at}, ${outer.text} - 4u)`),
    short: (inner: string) => (own ? inner : `min(${inner}, ${sum.text} - 1u)`),
  };
}
