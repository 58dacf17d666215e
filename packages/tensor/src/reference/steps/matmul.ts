import { arg } from "../../expr/build.ts";
import { compileExprs } from "../../expr/evaluate.ts";
import { productAxes } from "../../plan/productAxes.ts";
import { type Strided, walk } from "../../walk.ts";
import type { Kernel } from "../kernel.ts";

/** Batched products. Each element of a product passes through the epilogue. */
export const matmul: Kernel<"matmul"> = (step, memory) => {
  const { a, b, epilogue, outputs } = step;
  const x = memory.view(a);
  const y = memory.view(b);
  const sources = (epilogue?.inputs ?? []).map(memory.view);
  const targets = outputs.map(memory.view);
  const program = compileExprs(epilogue?.exprs ?? [arg(0)]);
  const { batch, rows, inner, columns } = productAxes(step);
  const still = (axes: readonly number[]) => axes.map(() => 0);
  const lead = batch.length;
  const afterRows = lead + rows.length;
  const afterInner = lead + inner.length;
  // Rows of a are repeated along the product's columns, columns of b along its rows.
  const left = { stride: [...x.stride.slice(0, afterRows), ...still(columns)], offset: x.offset };
  const right = {
    stride: [...y.stride.slice(0, lead), ...still(rows), ...y.stride.slice(afterInner)],
    offset: y.offset,
  };
  const along = [
    offsets(inner, { stride: x.stride.slice(afterRows), offset: 0 }),
    offsets(inner, { stride: y.stride.slice(lead, afterInner), offset: 0 }),
  ] as const;
  const shape = [...batch, ...rows, ...columns];
  const args = new Array<number>(sources.length + 1).fill(0);
  const results = new Array<number>(targets.length).fill(0);
  return () =>
    walk(shape, [left, right, ...sources, ...targets], (at) => {
      const [p, q] = at as [number, number];
      let product = 0;
      for (let k = 0; k < along[0].length; k++) {
        product +=
          (x.data[p + (along[0][k] as number)] as number) *
          (y.data[q + (along[1][k] as number)] as number);
      }
      args[0] = product;
      sources.forEach(({ data }, k) => {
        args[k + 1] = data[at[k + 2] as number] as number;
      });
      program(args, results);
      targets.forEach(({ data }, j) => {
        data[at[sources.length + 2 + j] as number] = results[j] as number;
      });
    });
};

/** Positions of all elements of an operand, in row-major order. */
function offsets(shape: readonly number[], operand: Strided): Int32Array {
  const result = new Int32Array(shape.reduce((size, n) => size * n, 1));
  let next = 0;
  walk(shape, [operand], ([at]) => {
    result[next++] = at as number;
  });
  return result;
}
