import {
  broadcastTo,
  concat,
  div,
  expandDims,
  fill,
  greater,
  insideLoop,
  jacobianRows,
  mean,
  mul,
  type Node,
  reshape,
  rsqrt,
  where as select,
  sqrt,
  square,
  sub,
  sum,
  topological,
  type Variable,
} from "@metrigrad/graph";
import type { Application, ResponsePart } from "@metrigrad/nn";
import { MetricError, sizeOf } from "@metrigrad/tensor";
import type { Block } from "../blocks/block.ts";
import { diagonalBlock } from "../blocks/diagonal.ts";
import { withRowFloats } from "../blocks/rowFloats.ts";
import { rowsBlock } from "../blocks/rows.ts";
import { workOf } from "../blocks/workOf.ts";
import { responseRows } from "./members.ts";
import type { ObservedPart } from "./observedParts.ts";
import { bySample, fisherColumns } from "./propagate.ts";
import { checkSamplesApart } from "./samplesApart.ts";
import type { Through } from "./through.ts";

/**
 * Returns the rows √share R'J of all parts, one after the other: [rows, size] for each flattened parameter.
 *
 * The metric over any of these parameters is X'X.
 */
export function observedRows(
  where: string,
  applications: readonly Application[],
  parts: readonly ObservedPart[],
  params: readonly Variable[],
): ReadonlyMap<Variable, Node> {
  const made = parts.map((one) => partRows(where, applications, one, params));
  return new Map(
    params.map((param, at) => {
      const all = made.map((rows) => rows[at] as Node);
      return [param, all.length === 1 ? (all[0] as Node) : concat(all, 0)] as const;
    }),
  );
}

function partRows(
  where: string,
  applications: readonly Application[],
  { part, inputs, samples, share }: ObservedPart,
  params: readonly Variable[],
): Node[] {
  const { natural, centred = false } = part;
  const columns = mul(
    bySample(fisherColumns({ ...part, centred: false }), samples),
    Math.sqrt(share),
  );
  const flat = (rows: Node, { shape }: Variable) => {
    const own = centred ? centredRows(where, rows, part) : rows;
    return reshape(own, [-1, sizeOf(shape)]);
  };
  // A loop has its rows by its modules, which are applied again to every sample.
  const own = applications.filter((one) => one.samples === samples);
  checkSamplesApart(where, own, [natural]);
  if (topological([natural]).some((node) => insideLoop(node) !== null)) {
    const { of, r } = responseRows(own, part, samples, columns);
    return params.map((param) => flat(of.get(param) ?? zeroRows(samples, r, param), param));
  }
  const rows = jacobianRows(natural, params, { inputs, samples, columns });
  return rows.map((one, at) => flat(one, params[at] as Variable));
}

/** Centres rows √w o, [n, r, …], to √w(o − ō) with ō = Σwo/Σw. It takes out the component along √w. */
function centredRows(where: string, rows: Node, { weights, natural }: ResponsePart): Node {
  if (natural.shape[0] !== rows.shape[0]) {
    throw new MetricError({
      where,
      must: "a wave function must have one value per sample",
      got: `${natural.shape[0]} for ${rows.shape[0]}`,
      todo: "add up what a sample has several of",
    });
  }
  if (weights === null) return sub(rows, mean(rows, { axis: 0, keepDims: true }));
  const root = reshape(sqrt(weights), [-1, ...rows.shape.slice(1).map(() => 1)]);
  const along = div(sum(mul(rows, root), { axis: 0, keepDims: true }), sum(weights));
  return sub(rows, mul(root, along));
}

/** Returns 1/√w for each number of the rows, [rows·m, 1], and 0 where w is 0. */
function inverseRoots(weights: Node, { shape }: Node): Node {
  const counts = greater(weights, 0);
  const roots = select(counts, rsqrt(select(counts, weights, 1)), 0);
  return reshape(broadcastTo(expandDims(roots, 1), shape), [-1, 1]);
}

function zeroRows(samples: number, r: number, { shape }: Variable): Node {
  return fill([samples, r, ...shape], 0);
}

/** Makes the block X'X over the parameters of some rows, which are flattened one after the other. */
export function observedBlock(rows: readonly Node[], parts: readonly ObservedPart[]): Block {
  const x = rows.length === 1 ? (rows[0] as Node) : concat(rows, 1);
  const block = rowsBlock({
    x,
    bias: false,
    nu: null,
    share: 1,
    m: 1,
    form: "observedMetrics",
    outputs: null,
  });
  const work = workOf(
    [x],
    parts.map(({ part }) => part.natural),
  );
  return withRowFloats(block, sizeOf(x.shape), work);
}

/** Makes the diagonal of X'X for one parameter. */
export function observedDiagonal(rows: Node, { shape }: Variable): Block {
  const [d = 1, m = 1] = shape.length === 2 ? shape : [sizeOf(shape)];
  const values = reshape(sum(square(rows), { axis: 0 }), [d, m]);
  return withRowFloats(diagonalBlock(values, { form: "observedMetrics" }), sizeOf(rows.shape));
}

/**
 * Returns how the cotangents of the observed values become those of the rows X.
 *
 * X has the rows √(share f) ∂h/∂θ, where the law's information f is the same for all rows, or the law is centred and
 * f are its weights. A loss that does not depend on the norm of a wave function has cotangents that add up to 0, so
 * rows may be centred. It is null for other laws, and if a response is no reshape of an observed value.
 */
export function throughOf(parts: readonly ObservedPart[]): Through | null {
  const scales = parts.map(({ part, output, share }) => {
    const { fisherDiagonal } = part.law;
    const fixed = typeof fisherDiagonal === "number" && fisherDiagonal > 0 && share > 0;
    if (!fixed || output === null) return null;
    const scale = 1 / Math.sqrt(fisherDiagonal * share);
    if (part.weights === null) return scale;
    // With another law, a row without a weight in the information may have one in the loss.
    return part.centred === true ? mul(inverseRoots(part.weights, part.natural), scale) : null;
  });
  if (scales.includes(null)) return null;
  return {
    values: parts.map(({ output }) => output as Node),
    rows: (cotangents) => {
      const own = cotangents.map((one, at) =>
        mul(reshape(one, [-1, 1]), scales[at] as Node | number),
      );
      return own.length === 1 ? (own[0] as Node) : concat(own, 0);
    },
  };
}
