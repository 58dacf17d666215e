import {
  gather,
  gram,
  input,
  matmul,
  mul,
  type Node,
  slice,
  square,
  sum,
  transpose,
} from "@metrigrad/graph";
import {
  inPieces,
  MetricError,
  type Store,
  storageBytes,
  type Tensor,
  tensor,
} from "@metrigrad/tensor";
import { rowsBlock } from "../blocks/rows.ts";
import { eigenvaluesOf } from "../host/symmetricEigenvalues.ts";
import { dampedSolve } from "./dampedSolve.ts";
import { type LazyProgram, lazyProgram } from "./lazyProgram.ts";
import { programs } from "./programs.ts";
import { checkDenseSize } from "./spread.ts";
import type { Whole } from "./whole.ts";

/** The rows of a matrix weight·R'R over all parameters. */
export interface WholeRows {
  /** The number n of samples. */
  readonly samples: number;
  /** The number of rows of each sample. */
  readonly perSample: number;
  /** The number P of parameters. */
  readonly size: number;
  readonly weight: number;
  /** Returns R for the samples with the given indices, i32 [c], or for all: [c·perSample, P]. */
  readonly of: (samples: Node | null) => Node;
  /** The most bytes that the rows may take. */
  readonly budget: number;
}

/** Returns the bytes of all rows. */
export function bytesOf({ samples, perSample, size }: WholeRows, store: Store): number {
  return samples * perSample * size * storageBytes[store.float];
}

/**
 * Makes the operations of a matrix of rows.
 *
 * If the rows fit in memory, everything except the products is computed from them. Otherwise the trace is computed
 * for a part of the samples at a time, and the rest as `otherwise` does.
 */
export function byRows(
  where: string,
  rows: WholeRows,
  otherwise: Whole,
  store: Store,
  feeds: Readonly<Record<string, Tensor>>,
): Whole {
  if (bytesOf(rows, store) <= rows.budget) return fromRows(where, rows, otherwise, store, feeds);
  const traced = tracedInParts(rows, store, feeds);
  const close = async () => {
    await traced.close();
    await otherwise.close();
  };
  return { ...otherwise, method: "conjugate gradients", trace: traced.trace, close };
}

function fromRows(
  where: string,
  { samples, perSample, size, weight, of }: WholeRows,
  { product, close, float }: Whole,
  store: Store,
  feeds: Readonly<Record<string, Tensor>>,
): Whole {
  const count = samples * perSample;
  const all = of(null);
  const block = rowsBlock({
    x: all,
    bias: false,
    nu: null,
    share: weight,
    m: 1,
    form: "scores",
    outputs: null,
  });
  const table = programs(store, feeds, {
    whole: () => [block.toMatrices()],
    inner: () => [gram(transpose(all))],
    trace: () => [block.trace()],
  });
  const pairs = new Map<string, LazyProgram>();
  const solver = dampedSolve(`${where}.solve`, block, store, feeds);
  const only = async (name: "whole" | "inner" | "trace") =>
    Float64Array.from((await table.value(name)).data());
  return {
    float,
    method: "direct",
    product,
    dense: () => only("whole"),
    block: async (rows, columns) => {
      const key = JSON.stringify([rows, columns]);
      const known =
        pairs.get(key) ??
        lazyProgram(store, () => [
          mul(
            matmul(slice(all, [null, rows]), slice(all, [null, columns]), { transposeA: true }),
            weight,
          ),
        ]);
      pairs.set(key, known);
      return Float64Array.from(((await known.run(feeds))[0] as Tensor).data());
    },
    spectrum: async () => {
      const least = Math.min(count, size);
      checkDenseSize(`${where}.eigenvalues`, least);
      const [matrix, scale] =
        count < size ? [await only("inner"), weight] : [await only("whole"), 1];
      const raw = await inPieces(eigenvaluesOf(matrix, least));
      const found = raw.map((value) => scale * value);
      // RR' and R'R share these eigenvalues, and all others are 0.
      const values = new Float64Array(size);
      values.set(found, size - least);
      return values.sort();
    },
    trace: async () => (await only("trace"))[0] as number,
    solve: async (v, damping) => {
      const column = tensor(v, { shape: [size, 1] });
      return Float64Array.from((await solver.solve(column, damping)).data());
    },
    close: async () => {
      for (const one of [table, ...pairs.values(), solver]) await one.close();
      await close();
    },
  };
}

/** Adds up the squared rows, for as many samples at a time as the budget allows, at least one. */
function tracedInParts(
  { samples, perSample, size, weight, of, budget }: WholeRows,
  store: Store,
  feeds: Readonly<Record<string, Tensor>>,
) {
  const bytes = perSample * size * storageBytes[store.float];
  const part = Math.min(samples, Math.max(1, Math.floor(budget / bytes)));
  const program = lazyProgram(store, () => {
    const rows = of(input("metric/samples", [part], "i32"));
    return [sum(square(rows), { axis: 1 })];
  });
  const trace = async () => {
    let total = 0;
    for (let first = 0; first < samples; first += part) {
      const indices = Int32Array.from({ length: part }, (_, i) => Math.min(first + i, samples - 1));
      const [norms] = await program.run({ ...feeds, "metric/samples": tensor(indices) });
      // The last part repeats a sample, and the repeated ones do not count.
      const counted = Math.min(part, samples - first) * perSample;
      for (const norm of (norms as Tensor).data().subarray(0, counted)) total += norm;
    }
    return weight * total;
  };
  return { trace, close: () => program.close() };
}

/** Throws MetricError unless all rows fit in their budget. */
export function checkRows(where: string, rows: WholeRows, store: Store): void {
  const bytes = bytesOf(rows, store);
  if (bytes <= rows.budget) return;
  throw new MetricError({
    where,
    must: `the rows [${rows.samples * rows.perSample}, ${rows.size}] must fit in memoryBudget, ${rows.budget} bytes`,
    got: `${bytes} bytes`,
    todo: "pass fewer samples, a larger budget, or use what needs products only",
  });
}

/** Returns some samples of a value [n, …], or all. */
export function some(value: Node, samples: Node | null): Node {
  return samples === null ? value : gather(value, samples);
}
