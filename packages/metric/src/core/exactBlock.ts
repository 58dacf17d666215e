import { concat, expandDims, eye, mul, type Node, reshape, vjp, vmap } from "@metrigrad/graph";
import type { Block } from "../blocks/block.ts";
import { jacobianGram } from "../blocks/gram.ts";
import { fisherColumns } from "./propagate.ts";
import type { Subsystem } from "./subsystems.ts";

/**
 * Computes the metric J'F_rJ of a subsystem exactly by automatic differentiation of its response, to compare a closed
 * form with it.
 *
 * It takes a pullback of the whole batch for every row and column, so use it for small batches only.
 *
 * @param subsystem - The subsystem, one of those that {@link subsystems} returns.
 * @returns The exact block. Null if the subsystem has no block, if it adds up several uses, or if it is a direct sum
 *   of copies in a loop.
 * @throws {@link ShapeError} if a response is not [rows, m].
 * @throws {@link MetricError} if the rows of a response must be centred.
 * @category Metrics: own metrics
 */
export function exactBlock({
  block,
  params,
  responses,
  uses,
  applications,
}: Subsystem): Block | null {
  if (block === null || uses > 1 || block.copies !== null) return null;
  const samples = applications[0]?.samples ?? 1;
  const rows = responses().map((part) => {
    const columns = fisherColumns(part);
    const [r = 0, n = 0] = columns.shape;
    // Column k of row s, with zeros for the other rows: [n, r, n, m].
    const masks = reshape(eye(n), [n, 1, n, 1]);
    const cotangents = mul(expandDims(columns, 0), masks);
    const row = (one: Node): Node => {
      const parts = vjp([part.natural], params, [one]).map((piece) => reshape(piece, [-1]));
      return concat(parts, 0);
    };
    const all = vmap(row)(reshape(cotangents, [n * r, ...columns.shape.slice(1)]));
    return reshape(all, [samples, (n * r) / samples, -1]);
  });
  return jacobianGram(concat(rows, 1), { shape: [block.d, block.m] });
}
