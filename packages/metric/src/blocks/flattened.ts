import { type Node, reshape } from "@metrigrad/graph";
import type { Block } from "./block.ts";
import { checkVector, layoutOf } from "./defBlock.ts";

/**
 * Turns a block of one column [dm, 1] into the coupled block of a parameter [d, m], flattened row-major. All rows
 * must count alike.
 */
export function flattened(column: Block, d: number, m: number): Block {
  const flat = (v: Node) => {
    checkVector(column.form, v, d, m);
    return reshape(v, [d * m, 1]);
  };
  const full = (v: Node) => reshape(v, [d, m]);
  return {
    ...column,
    // Its rows do not belong to a layer with outputs.
    solveOutputs: null,
    madeOf: column.madeOf === null ? null : { ...column.madeOf, flat: true },
    d,
    m,
    columns: "coupled",
    layout: layoutOf({ d, m, columns: "coupled" }),
    apply: (v) => full(column.apply(flat(v))),
    damped: (v, options) => full(column.damped(flat(v), options)),
    solve: (v, options) => full(column.solve(flat(v), options)),
    prepare: (hold, options) => {
      const { solve, apply, damped, residual, lambda } = column.prepare(hold, options);
      const within = (f: (v: Node) => Node) => (v: Node) => full(f(flat(v)));
      return {
        solve: within(solve),
        apply: within(apply),
        damped: within(damped),
        residual: (v, x) => residual(flat(v), flat(x)),
        lambda,
      };
    },
    inverseSqrt: (v, options) => full(column.inverseSqrt(flat(v), options)),
    diagonal: () => full(column.diagonal()),
    quadratic: (v) => column.quadratic(flat(v)),
    sample: (options) => full(column.sample(options)),
  };
}
