import { choleskyScratch, workingRow } from "../kernel/cholesky.ts";
import { type Range, share } from "../loop/nest.ts";
import type { Factorisation, SharedScratch } from "../step/choleskyShared.ts";
import type { StepContext } from "../step/context.ts";
import { productCost } from "../step/cost.ts";
import { triangleShare } from "../step/triangle.ts";
import {
  asI32,
  callValue,
  type FunctionBuilder,
  type I32,
  i32,
  memoryFill,
} from "../wasm/index.ts";
import { sameParts } from "./parts.ts";

/** Rows of a panel. */
const panelRows = 96;
/** Sizes from which parts share one matrix. */
export const nativeSharedSize = 256;

/** Memory for factorisations of one size, one after the other; of each part a block and a flag. */
export function nativeSharedScratch(size: number, context: StepContext): SharedScratch {
  const { bytes } = context.options.floats;
  const all = Number.POSITIVE_INFINITY;
  return {
    work: context.scratch(choleskyScratch(size)),
    own: context.partScratch(bytes * panelRows * panelRows + 64, all, all),
  };
}

/**
 * One factorisation by several parts, panel by panel in place of the output: each part factors the block on the diagonal for
 * itself, solves for its rows below, and subtracts their products from its share of the rest. A matrix that needs a
 * larger λ is left to our own kernel.
 */
export function lowerNativeShared(
  { a, aRow, aCol, out, outRow, size, shift, used }: Factorisation,
  { work, own }: SharedScratch,
  context: StepContext,
): void {
  const { library } = context;
  const { native } = library;
  const { bytes, num } = context.options.floats;
  const potrf = native?.potrf;
  if (!native || !potrf) return;
  const lead = outRow / bytes;
  const blockRow = panelRows * bytes;
  const flagAt = panelRows * blockRow;
  const blockOf = (f: FunctionBuilder, part: I32) =>
    f.let(i32.add(own.base, i32.mul(part, own.stride)));
  const lambda = () => (shift === null ? num.const(0) : num.load(shift));
  const phase = (
    cost: number,
    body: (f: FunctionBuilder, part: I32, parts: I32, block: I32) => void,
  ) =>
    context.phase(
      cost,
      sameParts(context, (f, part, parts) => body(f, part, parts, blockOf(f, part))),
    );
  const lengthOf = (f: FunctionBuilder, { from, to }: Range) =>
    f.let(i32.sub(asI32(to), asI32(from)));
  const linear = (size * size) / 4;
  phase(linear, (f, part, parts, block) => {
    f.do(i32.store(block, i32.const(1), flagAt));
    const rows = share(f, size, 16, part, parts);
    const line = f.let(i32.add(out, i32.mul(rows.from, outRow)));
    const from = i32.add(a, i32.mul(rows.from, aRow));
    f.call(library.copy2d, line, outRow, from, aRow, aCol, lengthOf(f, rows), rows.to);
    const pivot = f.let(i32.add(line, i32.mul(rows.from, bytes)));
    f.for(f.local("i32"), rows.from, rows.to, 1, () => {
      f.do(num.store(pivot, num.add(num.load(pivot), lambda())));
      f.increment(pivot, outRow + bytes);
    });
  });
  for (let p = 0; p < size; p += panelRows) {
    const count = Math.min(panelRows, size - p);
    const rest = size - p - count;
    const corner = i32.add(out, p * (outRow + bytes));
    const below = i32.add(corner, count * outRow);
    const others = i32.add(below, count * bytes);
    phase(productCost(rest, count, count), (f, part, parts, block) => {
      f.if(i32.load(block, flagAt), () => {
        f.call(library.copy2d, block, blockRow, corner, outRow, bytes, count, count);
        const sound = f.let(i32.eqz(callValue("i32", potrf, count, block, panelRows)));
        const pivot = f.let(block);
        f.for(f.local("i32"), 0, count, 1, () => {
          // Not every library stops at a NaN.
          const value = f.let(num.load(pivot));
          const end = num.const(Number.POSITIVE_INFINITY);
          const fine = i32.and(num.gt(value, num.const(0)), num.lt(value, end));
          f.set(sound, i32.and(sound, fine));
          f.increment(pivot, blockRow + bytes);
        });
        f.do(i32.store(block, sound, flagAt));
      });
      if (rest === 0) return;
      const rows = share(f, rest, 8, part, parts);
      const height = lengthOf(f, rows);
      f.if(i32.and(i32.load(block, flagAt), i32.ne(height, 0)), () => {
        const first = i32.add(below, i32.mul(rows.from, outRow));
        f.call(native.trsm, 1, 0, 1, height, count, block, panelRows, first, lead);
      });
    });
    phase(productCost(rest, rest, count) / 2, (f, part, parts, block) => {
      f.if(i32.load(block, flagAt), () => {
        f.if(i32.eqz(part), () =>
          f.call(library.copy2d, corner, outRow, block, blockRow, bytes, count, count),
        );
        if (rest === 0) return;
        const { from, to } = triangleShare(f, rest, part, parts);
        const height = f.let(i32.sub(to, from));
        const rows = f.let(i32.add(below, i32.mul(from, outRow)));
        const target = f.let(i32.add(others, i32.mul(from, outRow)));
        const [minus, plus] = [num.const(-1), num.const(1)];
        f.if(i32.and(i32.ne(from, 0), i32.ne(height, 0)), () =>
          f.call(
            native.gemm,
            ...[0, 1, height, from, count, minus, rows, lead, below, lead, plus, target, lead],
          ),
        );
        const diagonal = i32.add(target, i32.mul(from, bytes));
        f.if(height, () =>
          f.call(native.syrk, 1, 0, height, count, minus, rows, lead, plus, diagonal, lead),
        );
      });
    });
  }
  phase(linear, (f, part, parts) => {
    f.if(
      i32.load(own.base, flagAt),
      () => {
        const rows = share(f, size, 16, part, parts);
        const above = f.let(i32.add(out, i32.mul(rows.from, outRow + bytes)));
        const left = f.let(i32.sub(i32.const(size), asI32(rows.from)));
        f.for(f.local("i32"), rows.from, rows.to, 1, () => {
          f.increment(left, -1);
          f.do(memoryFill(i32.add(above, bytes), 0, i32.mul(left, bytes)));
          f.increment(above, outRow + bytes);
        });
        if (used !== null) f.if(i32.eqz(part), () => f.do(num.store(used, lambda())));
      },
      () =>
        f.if(i32.eqz(part), () => {
          const { type } = context.options.floats;
          const args = [a, aRow, aCol, out, outRow, size, workingRow(size), lambda(), work];
          const result = f.let(callValue(type, library.cholesky, ...args));
          if (used !== null) f.do(num.store(used, result));
        }),
    );
  });
}
