import { concat, expandDims, eye, mul, type Node, reshape, vjp, vmap } from "@metrigrad/graph";
import type { Block } from "../blocks/block.ts";
import { jacobianGram } from "../blocks/gram.ts";
import { fisherColumns } from "./propagate.ts";
import type { Subsystem } from "./subsystems.ts";

/**
 * J'F_rJ of a subsystem's parameters by automatic differentiation of its response, to compare a closed
 * form with: a pullback of the whole batch for every row and column, so for small batches only.
 * Null where there is no block, where uses add up: they are not one response, and for copies in a loop, whose responses
 * follow from those of the copies before. Throws ShapeError for a response that is not [rows, m].
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
    // Column k of row s, zero for the other rows: [n, r, n, m].
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
