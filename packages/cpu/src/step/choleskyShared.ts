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
import { asI32, callValue, type FunctionBuilder, type I32, i32, type Num } from "../wasm/index.ts";
import type { PartScratch, PhaseBody, StepContext } from "./context.ts";
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
  /** The address that λ is read from, and the one that the used λ goes to; null for 0 and for nowhere. */
  readonly shift: I32 | null;
  readonly used: I32 | null;
}

/** The memory of factorisations that parts share. */
export interface SharedScratch {
  /** The memory that a whole factorisation needs. */
  readonly work: number;
  /** The memory of each part: a block, whether all went well, scratch for products. */
  readonly own: PartScratch;
}

/** Returns memory for factorisations of one size, one after the other. */
export function sharedScratch(size: number, context: StepContext): SharedScratch {
  const { options } = context;
  const products = productScratch(size, size, panelRows, options);
  return {
    work: context.scratch(choleskyScratch(size, options)),
    own: context.partScratch(
      blockBytes(options.floats) + 64 + products,
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ),
  };
}

/** The size from which parts share the panels of one matrix; smaller matrices have no panels. */
export const sharedSize = wholeSize + 1;

/**
 * Lowers one factorisation to several parts: the stages of the kernel become phases.
 *
 * Each part factors the block on the diagonal for itself, and keeps it. A matrix that needs a larger λ is left to the
 * kernel.
 */
export function lowerSharedCholesky(
  matrix: Factorisation,
  { work, own }: SharedScratch,
  context: StepContext,
): void {
  const { a, aRow, aCol, out, outRow, size } = matrix;
  const { library, options } = context;
  const { floats } = options;
  const { type, bytes, lanes, num } = floats;
  const row = workingRow(size, floats);
  // A block, and behind it whether all went well so far.
  const line = blockRow(floats);
  const flag = blockBytes(floats);
  const blockOf = (f: FunctionBuilder, part: I32) =>
    f.let(i32.add(own.base, i32.mul(part, own.stride)));
  const lambda = (): Num => (matrix.shift === null ? num.const(0) : num.load(matrix.shift));
  // Every phase has all parts, because each part has a block of its own.
  const phase = (cost: number, body: PhaseBody) => context.phase(cost, body, true);
  phase((size * size) / 4, (f, part, parts) => {
    f.do(i32.store(blockOf(f, part), i32.const(1), flag));
    const { from, to } = share(f, size, 16, part, parts);
    f.call(library.loadUpper, a, aRow, aCol, work, row, size, lambda(), from, to);
  });
  for (let p = 0; p < size; p += panelRows) {
    const count = Math.min(panelRows, size - p);
    const rest = size - p - count;
    const corner = work + p * (row + bytes);
    const right = corner + bytes * count;
    const below = right + count * row;
    phase(productCost(rest, count, count, floats), (f, part, parts) => {
      const block = blockOf(f, part);
      f.if(i32.load(block, flag), () => {
        const whole = Math.ceil(count / lanes) * lanes;
        f.call(library.copy2d, block, line, corner, row, bytes, count, whole);
        const sound = callValue("i32", library.factorBlock, block, line, count);
        f.do(i32.store(block, sound, flag));
      });
      f.if(i32.load(block, flag), () => {
        // The working copy has room for whole vectors.
        const mine = share(f, Math.ceil(rest / lanes) * lanes, 8, part, parts);
        const first = i32.add(right, i32.mul(mine.from, bytes));
        const cols = i32.sub(asI32(mine.to), mine.from);
        f.call(library.solvePanel, block, bytes, line, first, row, count, cols);
      });
    });
    phase(productCost(rest, rest, count, floats) / 2, (f, part, parts) => {
      const block = blockOf(f, part);
      const inner = f.let(i32.add(block, flag + 64));
      f.if(i32.load(block, flag), () => {
        f.if(i32.eqz(part), () =>
          f.call(library.copy2d, corner, row, block, line, bytes, count, count),
        );
        if (rest === 0) return;
        const { from, to } = triangleShare(f, rest, part, parts);
        const width = f.let(i32.sub(to, from));
        const across = f.let(i32.add(right, i32.mul(from, bytes)));
        const top = f.let(i32.add(below, i32.mul(from, bytes)));
        f.if(from, () =>
          f.call(
            library.gemmMinus,
            ...[right, bytes, row, across, row, bytes, top, row, bytes],
            ...[from, width, count, count, top, row, bytes, 0],
            ...[num.const(1), inner],
          ),
        );
        const diagonal = f.let(i32.add(top, i32.mul(from, row)));
        f.call(
          library.gemmUpperMinus,
          ...[across, bytes, row, across, row, bytes, diagonal, row, bytes],
          ...[width, width, count, count, diagonal, row, bytes, 0],
          ...[num.const(1), inner],
        );
      });
    });
  }
  context.phase(shareable(size, (size * size) / 4), (f, part, parts) => {
    f.if(
      i32.load(own.base, flag),
      () => {
        const { from, to } = share(f, size, 16, part, parts);
        f.call(library.storeLower, out, outRow, work, row, size, from, to);
        if (matrix.used !== null) {
          const target = matrix.used;
          f.if(i32.eqz(part), () => f.do(num.store(target, lambda())));
        }
      },
      () =>
        f.if(i32.eqz(part), () => {
          const args = [a, aRow, aCol, out, outRow, size, row, lambda(), work] as const;
          const result = f.let(callValue(type, library.cholesky, ...args));
          if (matrix.used !== null) f.do(num.store(matrix.used, result));
        }),
    );
  });
}
