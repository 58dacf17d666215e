import { arg, type ConvolveStep, literal } from "@metrigrad/tensor";
import { rowTermBytes, tileOf } from "../kernel/tile.ts";
import { analyse } from "../loop/body.ts";
import type { FixedRegion, Region } from "../loop/region.ts";
import { pickAxes, type Space } from "../loop/space.ts";
import { type FunctionBuilder, type I32, i32, v128 } from "../wasm/index.ts";
import { sharesWell } from "./batch.ts";
import type { Lowering } from "./context.ts";
import { type Axis, axesOf, fillColumns } from "./convolveAxes.ts";
import { productCost, shareable, sizeOf } from "./cost.ts";
import { lowerMap } from "./map.ts";
import { withOwnScratch } from "./ownScratch.ts";
import { fillOffsets, fillPanels, layOut, panelsOf } from "./panels.ts";
import { axisShare, emitWholeMap, forEachIndex, longest } from "./rows.ts";

/**
 * Lowers output = Σ a·b over taps, by products that are added at their places, as one phase.
 *
 * A tile has rows (tap, row) and columns, the places of b. It is added to a sum that reaches as far as any tap, so
 * that no term is zero. b is packed once for all taps, and a once for all cases. The sum of a case stays in the
 * cache, and is copied when it is finished. Parts share the cases.
 */
export const convolveStep: Lowering<ConvolveStep> = (step, context) => {
  const [a, b, output] = [step.a, step.b, step.output].map(context.region) as [
    FixedRegion,
    FixedRegion,
    FixedRegion,
  ];
  if (output.shape.includes(0)) return;
  if (a.shape.includes(0) || b.shape.includes(0)) {
    const zero = { inputs: [], exprs: [literal(0)], outputs: [output] };
    lowerMap(output.shape, zero, context);
    return;
  }
  const { options, library } = context;
  const { type, bytes: unit, lanes } = options.floats;
  const tile = tileOf(options);
  const lead = a.shape.length - 2 - step.shift.length;
  const [rows, terms] = [a.shape[lead] as number, a.shape[lead + 1] as number];
  const axes = axesOf(step, { a, b, output });
  const outer = axes.slice(0, -2);
  const [down, across] = axes.slice(-2) as [Axis, Axis];
  // If rows of neighbouring taps are lines of the sum one after the other, they are rows (tap, row) of a tile.
  // Otherwise taps are turns.
  const joined = down.dilation === 1;
  const height = joined ? down.taps * rows : rows;
  const panels = panelsOf(height, tile.rows);
  const rest = across.length % tile.cols;
  const half = rest > 0 && rest <= lanes;
  const full = Math.floor(across.length / tile.cols) + Number(rest > lanes);
  const perLine = full + Number(half);
  const lines = sizeOf(axes.slice(0, -1).map(({ length }) => length));
  // The sum is [outer…, down, row, across].
  const columns = tile.cols * full + lanes * Number(half) + across.dilation * (across.taps - 1);
  const cRow = unit * columns;
  const sumStrides: number[] = axes.map(() => unit);
  let size = cRow * rows;
  for (let i = axes.length - 2; i >= 0; i--) {
    sumStrides[i] = size;
    size *= (axes[i] as Axis).reached;
  }
  const byTap = (joined ? outer : [...outer, down]).map((axis, i): [Axis, number] => [
    axis,
    sumStrides[i] as number,
  ]);
  const turns: Space = {
    sizes: byTap.map(([{ taps }]) => taps),
    strides: [
      byTap.map(([{ tapStride }]) => tapStride),
      byTap.map(([{ dilation }, stride]) => dilation * stride),
    ],
  };
  const panelBytes = 32 * terms;
  const panelBytesA = rowTermBytes(options) * terms;
  const packedTap = panelBytesA * panels.count;
  const { at, bytes } = layOut({
    rowsA: 32 * panels.count,
    termsA: 4 * terms,
    termsB: 4 * terms,
    columns: 4 * tile.cols * perLine * lines,
    list: 4 * height,
    packedA: packedTap * across.taps * sizeOf(turns.sizes),
    packedB: panelBytes * perLine * lines,
    sum: Math.ceil(size / 64) * 64,
  }) as {
    at: Record<
      "rowsA" | "termsA" | "termsB" | "columns" | "list" | "packedA" | "packedB" | "sum",
      number
    >;
    bytes: number;
  };
  const batch: Space = {
    sizes: a.shape.slice(0, lead),
    strides: [a, b, output].map(({ strides }) => strides.slice(0, lead)),
  };
  const ofA = (axis: number) => (a.strides[axis] as number) !== 0;
  const all = batch.sizes.map((_, axis) => axis);
  const [weights, cases] = [
    pickAxes(batch, all.filter(ofA)),
    pickAxes(
      batch,
      all.filter((axis) => !ofA(axis)),
    ),
  ];
  const well = longest(cases.sizes) > 1 && sharesWell(cases.sizes, context.parts);
  const shared = well || longest(cases.sizes) >= longest(weights.sizes) ? cases : weights;
  const grains = longest(shared.sizes);
  const taps = sizeOf(axes.map((axis) => axis.taps));
  const places = sizeOf(axes.map(({ length }) => length));
  const cost = shareable(
    grains,
    sizeOf(batch.sizes) * productCost(rows * taps, places, terms, options.floats),
  );
  const scratch = context.partScratch(bytes, grains, cost);
  const sumRegion = (base: I32, begin: readonly number[], shape: readonly number[]): Region => {
    const skipped = begin.reduce((sum, n, i) => sum + n * (sumStrides[i] as number), 0);
    return {
      base: i32.add(base, skipped),
      shape: [rows, ...shape],
      strides: [cRow, ...sumStrides],
      dtype: type,
    };
  };
  context.phase(cost, (f, part, parts) => {
    withOwnScratch(f, scratch, part, context, (own) => {
      const place = (name: keyof typeof at) => i32.add(own, at[name]);
      const stacked: Space = joined
        ? { sizes: [down.taps, rows], strides: [[down.tapStride, a.strides[lead] as number]] }
        : { sizes: [rows], strides: [[a.strides[lead] as number]] };
      fillOffsets(f, stacked, stacked.strides[0] as number[], place("list"));
      fillPanels(f, place("list"), panels, place("rowsA"), 32);
      const along: Space = { sizes: [terms], strides: [] };
      fillOffsets(f, along, [a.strides[lead + 1] as number], place("termsA"));
      fillOffsets(f, along, [b.strides[lead] as number], place("termsB"));
      fillColumns(f, axes, perLine * tile.cols, place("columns"));
      const share = grains > 1 ? axisShare(f, shared.sizes, part, parts) : null;
      const run = () => {
        const bases = [a, b, output].map(({ base }) => base);
        const moving = (space: Space, stream: number, base: Region["base"]): Region => {
          const strides = space.strides[stream] as number[];
          return { base, shape: space.sizes, strides, dtype: type };
        };
        const regions = bases.map((base, s) => moving(weights, s, base));
        forEachIndex(f, weights.sizes, regions, shared === weights ? share : null, (found) => {
          const [a0, b0, c0] = found.map((address): I32 => f.let(address)) as [I32, I32, I32];
          packWeights(f, a0);
          const inner = [b0, c0].map((base, s) => moving(cases, s + 1, base));
          const mine = shared === cases ? share : null;
          forEachIndex(f, cases.sizes, inner, mine, ([bAt, cAt]) => {
            oneCase(f, f.let(bAt as I32), f.let(cAt as I32));
          });
        });
      };
      if (grains > 1) run();
      else f.if(i32.eqz(part), run);

      function packWeights(f: FunctionBuilder, from: I32): void {
        const to = f.let(place("packedA"));
        const taps: Region = {
          ...{ base: 0, shape: turns.sizes, dtype: type },
          strides: turns.strides[0] as number[],
        };
        forEachIndex(f, turns.sizes, [taps], null, ([tap]) => {
          const source = f.let(i32.add(from, tap as I32));
          f.for(f.local("i32"), 0, across.taps, 1, () => {
            const tables = [place("rowsA"), place("termsA")];
            f.call(library.packRowsAt, source, ...tables, panels.count, terms, to);
            f.increment(source, across.tapStride);
            f.increment(to, packedTap);
          });
        });
      }

      function oneCase(f: FunctionBuilder, from: I32, to: I32): void {
        const sum = f.let(place("sum"));
        const clear = f.let(sum);
        f.for(f.local("i32"), 0, Math.ceil(size / 64), 1, () => {
          for (let k = 0; k < 4; k++) f.do(v128.store(clear, v128.zero(), 16 * k));
          f.increment(clear, 64);
        });
        const packed = f.let(place("packedB"));
        const tables = [place("columns"), place("termsB")];
        f.call(library.packColsAt, from, ...tables, perLine * lines, terms, packed);
        if (rest > 0) clearBeyond(f, packed);
        const panelA = f.let(place("packedA"));
        const targets: Region = {
          ...{ base: 0, shape: turns.sizes, dtype: type },
          strides: turns.strides[1] as number[],
        };
        const [tap, panel, tall] = [f.local("i32"), f.local("i32"), f.local("i32")];
        const around = outer.map(({ length }) => length);
        const blocks: Region = {
          ...{ base: 0, shape: around, dtype: type },
          strides: sumStrides.slice(0, outer.length),
        };
        forEachIndex(f, turns.sizes, [targets], null, ([turn]) => {
          const line = f.let(i32.add(sum, turn as I32));
          f.for(tap, 0, across.taps, 1, () => {
            const row = f.let(line);
            f.for(panel, 0, panels.count, 1, () => {
              f.set(tall, i32.sub(i32.const(panels.height), i32.ge_u(panel, panels.high)));
              const panelB = f.let(packed);
              forEachIndex(f, around, [blocks], null, ([block]) => {
                f.call(
                  library.foldTiles,
                  ...[panelA, panelB, terms, tall, down.length, full, Number(half)],
                  ...[i32.add(row, block as I32), sumStrides[outer.length] as number, cRow],
                );
                f.increment(panelB, panelBytes * perLine * down.length);
              });
              f.increment(panelA, panelBytesA);
              f.increment(row, i32.mul(tall, cRow));
            });
            f.increment(line, unit * across.dilation);
          });
        });
        finish(f, sum, to);
      }

      /** Writes zeros to the columns of panels that are beyond the ends of lines. */
      function clearBeyond(f: FunctionBuilder, packed: I32): void {
        const word = (k: number) => (4 * k < unit * rest ? -1 : 0);
        const masks = [0, 4].map((k) => v128.const(word(k), word(k + 1), word(k + 2), word(k + 3)));
        const at = f.let(i32.add(packed, panelBytes * (perLine - 1)));
        f.for(f.local("i32"), 0, lines, 1, () => {
          f.for(f.local("i32"), 0, terms, 1, () => {
            masks.forEach((mask, k) => {
              f.do(v128.store(at, v128.and(v128.load(at, 16 * k), mask), 16 * k));
            });
            f.increment(at, 32);
          });
          f.increment(at, panelBytes * (perLine - 1));
        });
      }

      /** Copies the sum of a case to its place; places that no product reaches are zero. */
      function finish(f: FunctionBuilder, sum: I32, to: I32): void {
        const strides = [output.strides[lead] as number, ...axes.map(({ outStride }) => outStride)];
        const target = (base: I32, shape: readonly number[]): Region => {
          return { ...output, base, shape: [rows, ...shape], strides };
        };
        const begin = axes.map(({ shift }) => Math.max(0, -shift));
        const end = axes.map(({ places, shift, reached }) => Math.min(places, reached - shift));
        const kept = end.map((n, i) => Math.max(0, n - (begin[i] as number)));
        const put = (inputs: readonly Region[], outputs: readonly Region[]) => {
          const exprs = [inputs.length === 0 ? literal(0) : arg(0)];
          const shape = (outputs[0] as Region).shape;
          const fused = { inputs, exprs, outputs };
          emitWholeMap(f, shape, fused, analyse(exprs), context);
        };
        const places = axes.map((axis) => axis.places);
        if (kept.some((n, i) => n < (places[i] as number))) put([], [target(to, places)]);
        if (kept.includes(0)) return;
        const first = begin.map((n, i) => n + (axes[i] as Axis).shift);
        const skipped = begin.reduce((bytes, n, i) => bytes + n * (axes[i] as Axis).outStride, 0);
        put([sumRegion(sum, first, kept)], [target(i32.add(to, skipped), kept)]);
      }
    });
  });
};
