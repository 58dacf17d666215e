import {
  add,
  concat,
  diagonal,
  div,
  expandDims,
  eye,
  fill,
  greater,
  isFinite,
  log,
  mul,
  type Node,
  reshape,
  sqrt,
  sum,
  transpose,
  where,
} from "@metrigrad/graph";
import { sizeOf } from "@metrigrad/tensor";
import type { Block, DampedOptions, MadeOf, PrepareOptions, Solver } from "./block.ts";
import { fromSides, perColumn } from "./columns.ts";
import type { Damp } from "./damped.ts";
import { isDamped, shiftOf } from "./damping.ts";
import { defBlock } from "./defBlock.ts";
import { denseBlock } from "./dense.ts";
import { changedCopies } from "./directSum.ts";
import { identities, ones, zeros } from "./first.ts";
import { type Hold, held, holdWithin } from "./hold.ts";
import { rowProducts } from "./rowProducts.ts";
import { rowsBlock } from "./rows.ts";
import type { Solve } from "./solvers.ts";

/**
 * Damps a block along its diagonal: g + λD instead of g + λI, with D = diag(g)·size/tr g (Marquardt 1963).
 *
 * D has the trace of I. With relative damping ε the damped metric is g + ε·size·diag(g). So a step does not depend on
 * the units of the parameters, however far apart they are. A parameter that nothing depends on is damped as by I.
 * Solvers work on D^-½gD^-½ + λI, so different units do not make the solve ill-conditioned.
 *
 * With a Hold, diag(g) counts as the largest diagonal so far (Moré 1978, section 5). Then a parameter that has lost
 * its influence is not moved far away.
 *
 * @param block - The block. If its columns share rows, it is solved by its rows, else by its matrices.
 * @param largest - Keeps the largest diagonal, and updates once for each step. With null, the default, D follows the
 *   present diagonal.
 * @returns The same metric with the other damping.
 * @nothrow
 * @category Metrics: blocks
 */
export function marquardtBlock(block: Block, largest: Hold | null = null): Block {
  const { d, m, columns, matrices, size, form, copies, averagedBy } = block;
  if (copies !== null) {
    return changedCopies(copies, (one, copy) =>
      marquardtBlock(one, holdWithin(largest, `copy${copy}`)),
    );
  }
  const rows = columns === "shared" ? block.madeOf : null;
  const explicit = rows === null ? block.toMatrices() : null;
  const entries =
    explicit === null ? reshape(diagonalOfFirst(block), [1, size]) : diagonal(explicit);
  const seen = largest === null ? entries : largestSeen(entries, largest);
  const parts = alongDiagonal(seen, sum(entries, { axis: 1, keepDims: true }), size);
  const shaped = (values: Node) =>
    columns === "shared" ? transpose(values) : fromSides(expandDims(values, 2), m, columns);
  const [spread, root] = [shaped(parts), shaped(sqrt(parts))];
  const inner =
    rows === null
      ? denseBlock(div(explicit as Node, outer(sqrt(parts))), m, form, columns)
      : scaledRows(rows, root, block);

  const at = (lambda: Node, options: DampedOptions) => ({
    ...options,
    damping: isDamped(options) ? { absolute: lambda } : {},
  });
  const solverOf =
    (solver: Solver): Solve =>
    (lambda, hold, options: PrepareOptions) => {
      const by = held(hold, "units", root, ones);
      const own = inner.prepare(holdWithin(hold, "scaled"), { ...at(lambda, options), solver });
      return { solve: (v) => div(own.solve(div(v, by)), by), lambda: own.lambda };
    };
  const solvers = Object.fromEntries(
    ["dense", "cg", ...inner.costs.map(({ solver }) => solver)].map((solver) => [
      solver,
      solverOf(solver as Solver),
    ]),
  );
  const damp: Damp = (lambda, hold) => {
    const by = perColumn(lambda, columns);
    const product = hold === null ? block.apply : block.prepare(hold, { solver: "cg" }).apply;
    const along = held(hold, "spread", spread, ones);
    return {
      apply: (v) => add(product(v), mul(v, mul(along, by))),
      diagonal: () => add(block.diagonal(), mul(spread, by)),
      explicit: () => ({
        matrices: add(
          block.toMatrices(),
          mul(mul(expandDims(parts, 2), eye(size)), reshape(lambda, [-1, 1, 1])),
        ),
        shift: fill([matrices], 0),
        lambda,
      }),
    };
  };
  const { solveOutputs } = inner;
  return defBlock({
    kind: block.kind,
    form: `${form}, damped along its diagonal`,
    d,
    m,
    n: block.n,
    columns,
    layout: block.layout,
    costs: [inner.cost, ...inner.costs.slice(1)],
    rowFloats: block.rowFloats + sizeOf(rows?.x.shape ?? [0]),
    apply: (v, hold) =>
      hold === null ? block.apply(v) : block.prepare(hold, { solver: "cg" }).apply(v),
    trace: block.trace,
    diagonal: block.diagonal,
    toMatrices: block.toMatrices,
    accumulate: block.accumulate,
    averagedBy: {
      values: averagedBy?.values ?? { matrices: { value: block.toMatrices(), init: identities } },
      block: (kept) =>
        marquardtBlock(
          averagedBy?.block(kept) ?? denseBlock(kept.matrices as Node, m, "average", columns),
        ),
    },
    ...(rows === null ? {} : { madeOf: { ...rows, damping: "diagonal" as const } }),
    damp,
    solvers,
    inverseSqrt: (v, lambda, options) => div(inner.inverseSqrt(v, at(lambda, options)), root),
    logdet: (lambda, options) =>
      add(inner.logdet(at(lambda, options)), sum(log(parts), { axis: 1 })),
    sample: block.sample,
    ...(rows === null || solveOutputs === null
      ? {}
      : {
          solveOutputs: (cotangents, rest, options = {}) => {
            const lambda = shiftOf(options.damping ?? {}, block.trace, size);
            const own = rest === null ? null : div(rest.v, root);
            const { forward } = rowProducts((inner.madeOf as MadeOf).x, false);
            const scaled = own === null ? null : { v: own, along: forward(own) };
            return div(
              solveOutputs(cotangents, scaled, { ...options, ...at(lambda, options) }),
              root,
            );
          },
        }),
  });
}

/** Returns D [matrices, size] of the diagonals and of the traces that λ is a share of. */
function alongDiagonal(entries: Node, traces: Node, size: number): Node {
  const shares = div(mul(entries, size), where(greater(traces, 0), traces, 1));
  return where(greater(shares, 0), shares, 1);
}

/** Returns the largest finite values that the diagonals had so far, including the present ones. */
function largestSeen(entries: Node, hold: Hold): Node {
  const next = (before: Node) => where(greater(entries, before), entries, before);
  const before = hold("largest", { shape: entries.shape, init: zeros }, (value) =>
    where(isFinite(entries), next(value), value),
  );
  return next(before);
}

/** Returns the diagonal of the matrix that all columns share, [d]. */
function diagonalOfFirst({ diagonal: values, d, m }: Block): Node {
  const all = reshape(values(), [d, m]);
  return m === 1 ? all : div(sum(all, { axis: 1 }), m);
}

/** Returns uu' for each matrix. */
function outer(u: Node): Node {
  return mul(expandDims(u, 2), expandDims(u, 1));
}

/** Makes the block of rows that are divided by the roots [d, 1] of the diagonal. */
function scaledRows({ x, bias, share, nu }: MadeOf, root: Node, { m, form }: Block): Block {
  const full = bias ? concat([x, fill([x.shape[0] as number, 1], 1)], 1) : x;
  const scaled = div(full, transpose(root));
  return rowsBlock({ x: scaled, bias: false, nu, share, m, form, outputs: null });
}
