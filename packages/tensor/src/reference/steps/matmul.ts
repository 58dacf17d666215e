import { arg } from "../../expr/build.ts";
import { compileExprs } from "../../expr/evaluate.ts";
import { walk } from "../../walk.ts";
import type { Kernel } from "../kernel.ts";

/** Batched products, each element passed through the epilogue. */
export const matmul: Kernel<"matmul"> = ({ a, b, epilogue, outputs }, memory) => {
  const x = memory.view(a);
  const y = memory.view(b);
  const sources = (epilogue?.inputs ?? []).map(memory.view);
  const targets = outputs.map(memory.view);
  const program = compileExprs(epilogue?.exprs ?? [arg(0)]);
  const inner = x.shape.at(-1) as number;
  const along = [x.stride.at(-1) as number, y.stride.at(-2) as number] as const;
  // Rows of a are repeated along the product's columns, columns of b along its rows.
  const rows = { stride: [...x.stride.slice(0, -1), 0], offset: x.offset };
  const columns = {
    stride: [...y.stride.slice(0, -2), 0, y.stride.at(-1) as number],
    offset: y.offset,
  };
  const shape = [...x.shape.slice(0, -1), y.shape.at(-1) as number];
  const args = new Array<number>(sources.length + 1).fill(0);
  const results = new Array<number>(targets.length).fill(0);
  return () =>
    walk(shape, [rows, columns, ...sources, ...targets], (at) => {
      let [p, q] = at as [number, number];
      let product = 0;
      for (let k = 0; k < inner; k++) {
        product += (x.data[p] as number) * (y.data[q] as number);
        p += along[0];
        q += along[1];
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
