import { concat, expandDims, eye, mul, type Node, reshape, vjp, vmap } from "@metrigrad/graph";
import type { Block } from "../blocks/block.ts";
import { jacobianGram } from "../blocks/gram.ts";
import { fisherColumns } from "./propagate.ts";
import type { Subsystem } from "./subsystems.ts";

/**
 * J'F_rJ of a subsystem's parameters by automatic differentiation of its response, to compare a closed
 * form with: a pullback of the whole batch for every sample and column, so for small batches only.
 * Null where there is no block, and where uses add up: they are not one response. Throws ShapeError
 * for a response that is not [n, m].
 */
export function exactBlock({ block, params, responses, uses }: Subsystem): Block | null {
  if (block === null || uses > 1) return null;
  const rows = responses().map((model) => {
    const columns = fisherColumns(model);
    const [r = 0, n = 0] = columns.shape;
    // Column k of sample s, zero for the other samples: [n, r, n, m].
    const masks = reshape(eye(n), [n, 1, n, 1]);
    const cotangents = mul(expandDims(columns, 0), masks);
    const row = (one: Node): Node => {
      const parts = vjp([model.natural], params, [one]).map((part) => reshape(part, [-1]));
      return concat(parts, 0);
    };
    return reshape(vmap(row)(reshape(cotangents, [n * r, ...columns.shape.slice(1)])), [n, r, -1]);
  });
  return jacobianGram(concat(rows, 1), { shape: [block.d, block.m] });
}
