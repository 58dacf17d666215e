import { max, type Node, reshape, transpose } from "@metrigrad/graph";
import type { Block, PrepareOptions, Solver } from "./block.ts";
import type { Damp } from "./damped.ts";
import { isDamped } from "./damping.ts";
import { defBlock } from "./defBlock.ts";
import { overAll } from "./overAll.ts";
import type { Solve } from "./solvers.ts";

/**
 * Turns a block over W' [m, d] into a block over W [d, m], for a parameter that is used transposed, such as tied
 * weights.
 *
 * It multiplies and solves as the given block does. Its columns are coupled, so relative damping takes the whole
 * trace.
 *
 * @param block - The block over W', [m, d].
 * @returns The block over W, [d, m].
 * @nothrow
 * @category Metrics: blocks
 */
export function transposedBlock(block: Block): Block {
  const { form, d: m, m: d, averagedBy, factors } = block;
  const size = d * m;
  const within = (f: (v: Node) => Node) => (v: Node) => transpose(f(transpose(v)));
  /** Passes one λ to all matrices of the block. */
  const at = (lambda: Node, options: PrepareOptions): PrepareOptions => ({
    ...options,
    ...(isDamped(options) ? { damping: { absolute: reshape(lambda, []) } } : { damping: {} }),
  });
  const solverOf =
    (solver: Solver): Solve =>
    (lambda, hold, options) => {
      const own = block.prepare(hold, { ...at(lambda, options), solver });
      // If factoring raised λ for some matrices, this is the largest.
      return { solve: within(own.solve), lambda: () => reshape(max(own.lambda()), [1]) };
    };
  // "dense" and "cg" are among them, by the block's own matrices and products.
  const solvers = Object.fromEntries(
    ["dense", "cg", ...block.costs.map(({ solver }) => solver)].map((solver) => [
      solver,
      solverOf(solver as Solver),
    ]),
  );
  const damp: Damp = (lambda, hold) => {
    const damping = { absolute: reshape(lambda, []) };
    return {
      apply: within((v) =>
        hold === null
          ? block.damped(v, { damping })
          : block.prepare(hold, { damping, solver: "cg" }).damped(v),
      ),
      diagonal: () => transpose(block.diagonal()),
      explicit: () => ({ matrices: toMatrices(), shift: lambda, lambda }),
    };
  };
  const toMatrices = () => {
    const entries = reshape(block.toDense(), [m, d, m, d]);
    return reshape(transpose(entries, [1, 0, 3, 2]), [1, size, size]);
  };
  return defBlock({
    kind: block.kind,
    form: `${form} of W'`,
    d,
    m,
    n: block.n,
    columns: "coupled",
    layout: `${block.layout}, transposed`,
    costs: [block.cost, ...block.costs.slice(1)],
    rowFloats: block.rowFloats,
    ...(factors === null ? {} : { factors: [factors[1], factors[0]] as const }),
    ...(averagedBy === null
      ? {}
      : {
          averagedBy: {
            values: averagedBy.values,
            block: (kept) => transposedBlock(averagedBy.block(kept)),
          },
        }),
    apply: (v, hold) => {
      if (hold === null) return within(block.apply)(v);
      return within(block.prepare(hold, { solver: "cg" }).apply)(v);
    },
    trace: () => overAll(block, block.trace()),
    diagonal: () => transpose(block.diagonal()),
    toMatrices,
    ...(block.addsDamping ? {} : { damp }),
    solvers,
    inverseSqrt: (v, lambda, options) =>
      within((own) => block.inverseSqrt(own, at(lambda, options)))(v),
    logdet: (lambda, options) => overAll(block, block.logdet(at(lambda, options))),
    sample: (by) => transpose(block.sample(by)),
  });
}
