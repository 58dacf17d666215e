import { type Node, reshape } from "@metrigrad/graph";
import type { Block, OutputsBlock } from "./block.ts";
import { checkVector, layoutOf } from "./defBlock.ts";

/** A block of one column [dm, 1], of rows that count alike, as that of a parameter [d, m], coupled, which it flattens row-major. */
export function flattened(column: Block, d: number, m: number): Block {
  const flat = (v: Node) => {
    checkVector(column.form, v, d, m);
    return reshape(v, [d * m, 1]);
  };
  const full = (v: Node) => reshape(v, [d, m]);
  // Its rows are not those of a layer with outputs.
  const { rows: _rows, solveOutputs: _solve, ...own } = column as Block & Partial<OutputsBlock>;
  return {
    ...own,
    madeOf: column.madeOf === null ? null : { ...column.madeOf, flat: true },
    d,
    m,
    columns: "coupled",
    layout: layoutOf({ d, m, columns: "coupled" }),
    apply: (v) => full(column.apply(flat(v))),
    damped: (v, options) => full(column.damped(flat(v), options)),
    solve: (v, options) => full(column.solve(flat(v), options)),
    prepare: (keep, options) => {
      const { solve, apply, damped, lambda } = column.prepare(keep, options);
      const within = (f: (v: Node) => Node) => (v: Node) => full(f(flat(v)));
      return { solve: within(solve), apply: within(apply), damped: within(damped), lambda };
    },
    solution: (v, options) => {
      const solution = column.solution(flat(v), options);
      return { ...solution, x: full(solution.x) };
    },
    inverseSqrt: (v, options) => full(column.inverseSqrt(flat(v), options)),
    diagonal: () => full(column.diagonal()),
    quadratic: (v) => column.quadratic(flat(v)),
    sample: (options) => full(column.sample(options)),
  };
}
