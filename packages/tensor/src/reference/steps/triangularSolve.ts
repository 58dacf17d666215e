import { walk } from "../../walk.ts";
import type { Kernel } from "../kernel.ts";

/** Solves column by column: forward substitution for L⁻¹ rhs, backward substitution for L'⁻¹ rhs. */
export const triangularSolve: Kernel<"triangularSolve"> = (step, memory) => {
  const factor = memory.view(step.l);
  const rhs = memory.view(step.rhs);
  const target = memory.view(step.output);
  const [d, columns] = rhs.shape.slice(-2) as [number, number];
  const [byRow, byColumn] = factor.stride.slice(-2) as [number, number];
  const [fromRow, fromColumn] = rhs.stride.slice(-2) as [number, number];
  const [toRow, toColumn] = target.stride.slice(-2) as [number, number];
  const order = Array.from({ length: d }, (_, i) => (step.transpose ? d - 1 - i : i));
  const x = new Float64Array(d);
  return () =>
    walk(factor.shape.slice(0, -2), [factor, rhs, target], ([l, from, to]) => {
      const at = (i: number, j: number) =>
        factor.data[(l as number) + i * byRow + j * byColumn] as number;
      for (let c = 0; c < columns; c++) {
        order.forEach((i, done) => {
          let rest = rhs.data[(from as number) + i * fromRow + c * fromColumn] as number;
          for (const j of order.slice(0, done)) {
            rest -= (step.transpose ? at(j, i) : at(i, j)) * (x[j] as number);
          }
          x[i] = rest / at(i, i);
        });
        for (const i of order) {
          target.data[(to as number) + i * toRow + c * toColumn] = x[i] as number;
        }
      }
    });
};
