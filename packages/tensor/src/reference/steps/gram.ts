import { walk } from "../../walk.ts";
import type { Kernel } from "../kernel.ts";

/** Sums of outer products of rows, with weights. */
export const gram: Kernel<"gram"> = ({ x, nu, base, alpha, beta, output }, memory) => {
  const rows = memory.view(x);
  const weights = nu === null ? null : memory.view(nu);
  const before = base === null ? null : memory.view(base);
  const target = memory.view(output);
  const [n, d] = rows.shape.slice(-2) as [number, number];
  const [byRow, byColumn] = rows.stride.slice(-2) as [number, number];
  const byWeight = weights?.stride.at(-1) ?? 0;
  const pairs = [...rows.shape.slice(0, -2), d, d];
  // Over the indices [b…, p, q] the walk reads x at [b…, 0, p] and at [b…, 0, q], and ν at [b…, 0].
  const batch = rows.stride.slice(0, -2);
  const left = { stride: [...batch, byColumn, 0], offset: rows.offset };
  const right = { stride: [...batch, 0, byColumn], offset: rows.offset };
  const lone = { stride: [...batch.map(() => 0), 0, 0], offset: 0 };
  const weight =
    weights === null
      ? lone
      : { stride: [...weights.stride.slice(0, -1), 0, 0], offset: weights.offset };
  return () =>
    walk(pairs, [left, right, weight, before ?? lone, target], ([p, q, w, from, to]) => {
      let sum = 0;
      for (let i = 0; i < n; i++) {
        const [u, v] = [(p as number) + i * byRow, (q as number) + i * byRow];
        const scale = weights === null ? 1 : (weights.data[(w as number) + i * byWeight] as number);
        sum += scale * (rows.data[u] as number) * (rows.data[v] as number);
      }
      const rest = before === null ? 0 : beta * (before.data[from as number] as number);
      target.data[to as number] = alpha * sum + rest;
    });
};
