import {
  blockBytes,
  blockRow,
  choleskyScratch,
  wholeSize,
  workingRow,
} from "../kernel/cholesky.ts";
import { solveRows as panelRows } from "../kernel/solve.ts";
import { productScratch } from "../kernel/tile.ts";
import { share } from "../loop/nest.ts";
import {
  asI32,
  callValue,
  type F32,
  type FunctionBuilder,
  f32,
  type I32,
  i32,
} from "../wasm/index.ts";
import type { PartScratch, StepContext } from "./context.ts";
import { productCost, shareable } from "./cost.ts";
import { triangleShare } from "./triangle.ts";

/** One matrix to factor: addresses, and strides in bytes. */
export interface Factorisation {
  readonly a: I32;
  readonly aRow: number;
  readonly aCol: number;
  readonly out: I32;
  readonly outRow: number;
  readonly size: number;
  /** Where λ is read from, and where the λ used goes; null for 0 and nowhere. */
  readonly shift: I32 | null;
  readonly used: I32 | null;
}

/** Memory of factorisations that parts share. */
export interface SharedScratch {
  /** What a whole factorisation needs. */
  readonly work: number;
  /** Of each part: a block, whether all went well, scratch for products. */
  readonly own: PartScratch;
}

/** Memory for factorisations of one size, one after the other. */
export function sharedScratch(size: number, context: StepContext): SharedScratch {
  const products = productScratch(size, size, panelRows);
  return {
    work: context.scratch(choleskyScratch(size)),
    own: context.partScratch(
      blockBytes + 64 + products,
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ),
  };
}

/** A size from which the panels of one matrix are worth to share; smaller ones have none. */
export const sharedSize = wholeSize + 1;

/**
 * One factorisation by several parts: what the kernel does in turn, as phases. Each part factors the
 * block on the diagonal for itself. A matrix that needs a larger λ is left to the kernel.
 */
export function lowerSharedCholesky(
  matrix: Factorisation,
  { work, own }: SharedScratch,
  context: StepContext,
): void {
  const { a, aRow, aCol, out, outRow, size } = matrix;
  const { library } = context;
  const row = workingRow(size);
  const blockOf = (f: FunctionBuilder, part: I32) =>
    f.let(i32.add(own.base, i32.mul(part, own.stride)));
  const lambda = (): F32 => (matrix.shift === null ? f32.const(0) : f32.load(matrix.shift));
  context.phase((size * size) / 4, (f, part, parts) => {
    f.do(i32.store(blockOf(f, part), i32.const(1), blockBytes));
    const { from, to } = share(f, size, 16, part, parts);
    f.call(library.loadUpper, a, aRow, aCol, work, row, size, lambda(), from, to);
  });
  for (let p = 0; p < size; p += panelRows) {
    const count = Math.min(panelRows, size - p);
    const rest = size - p - count;
    const corner = work + p * (row + 4);
    const right = corner + 4 * count;
    const below = right + count * row;
    context.phase(productCost(rest, count, count), (f, part, parts) => {
      const block = blockOf(f, part);
      f.if(i32.load(block, blockBytes), () => {
        f.call(library.copy2d, block, blockRow, corner, row, 4, count, Math.ceil(count / 4) * 4);
        const sound = callValue("i32", library.factorBlock, block, blockRow, count);
        f.do(i32.store(block, sound, blockBytes));
      });
      f.if(i32.load(block, blockBytes), () => {
        // The working copy has room for whole vectors.
        const mine = share(f, Math.ceil(rest / 4) * 4, 8, part, parts);
        const first = i32.add(right, i32.mul(mine.from, 4));
        const cols = i32.sub(asI32(mine.to), mine.from);
        f.call(library.solvePanel, block, 4, blockRow, first, row, count, cols);
      });
    });
    context.phase(productCost(rest, rest, count) / 2, (f, part, parts) => {
      const block = blockOf(f, part);
      const inner = f.let(i32.add(block, blockBytes + 64));
      f.if(i32.load(block, blockBytes), () => {
        f.if(i32.eqz(part), () =>
          f.call(library.copy2d, corner, row, block, blockRow, 4, count, count),
        );
        if (rest === 0) return;
        const { from, to } = triangleShare(f, rest, part, parts);
        const width = f.let(i32.sub(to, from));
        const across = f.let(i32.add(right, i32.mul(from, 4)));
        const top = f.let(i32.add(below, i32.mul(from, 4)));
        f.if(from, () =>
          f.call(
            library.gemmMinus,
            ...[right, 4, row, across, row, 4, top, row, 4],
            ...[from, width, count, count, top, row, 4, 0],
            ...[f32.const(1), inner],
          ),
        );
        const diagonal = f.let(i32.add(top, i32.mul(from, row)));
        f.call(
          library.gemmUpperMinus,
          ...[across, 4, row, across, row, 4, diagonal, row, 4],
          ...[width, width, count, count, diagonal, row, 4, 0],
          ...[f32.const(1), inner],
        );
      });
    });
  }
  context.phase(shareable(size, (size * size) / 4), (f, part, parts) => {
    f.if(
      i32.load(own.base, blockBytes),
      () => {
        const { from, to } = share(f, size, 16, part, parts);
        f.call(library.storeLower, out, outRow, work, row, size, from, to);
        if (matrix.used !== null) {
          const target = matrix.used;
          f.if(i32.eqz(part), () => f.do(f32.store(target, lambda())));
        }
      },
      () =>
        f.if(i32.eqz(part), () => {
          const args = [a, aRow, aCol, out, outRow, size, row, lambda(), work] as const;
          const result = f.let(callValue("f32", library.cholesky, ...args));
          if (matrix.used !== null) f.do(f32.store(matrix.used, result));
        }),
    );
  });
}
