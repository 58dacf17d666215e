import {
  concat,
  expandDims,
  eye,
  moveAxis,
  mul,
  type Node,
  reshape,
  sqrt,
  vjp,
  vmap,
} from "@metrigrad/graph";
import type { ResponsePart } from "@metrigrad/nn";
import { MetricError, ShapeError, showShape, sizeOf } from "@metrigrad/tensor";
import { checkNotCentred } from "./centred.ts";

/**
 * Returns the columns of R with RR' = w F, [r, rows, m]: the law's Fisher information F of each row times the weight
 * w of the row.
 *
 * Throws ShapeError for a response that is not [rows, m], and MetricError for one whose rows must be centred.
 */
export function fisherColumns(part: ResponsePart): Node {
  const { law, natural, weights } = part;
  checkNotCentred(part);
  if (natural.shape.length !== 2) {
    throw new ShapeError({
      where: `Fisher information of ${law.name}`,
      must: "the response must be [rows, m]",
      got: showShape(natural.shape),
      todo: "name the law of its rows, such as independent(law, 1), or give the metric a `response`",
    });
  }
  const columns = moveAxis(law.fisherRoot(natural), 2, 0);
  return weights === null ? columns : mul(columns, expandDims(sqrt(weights), 1));
}

/**
 * Turns columns [r, n·T, m] of a response with T independent rows per sample into columns of samples, [T·r, n·T, m].
 *
 * Each new column has one row of every sample and zeros in the others, so that the rows of a sample do not mix on the
 * way back.
 */
export function bySample(columns: Node, samples: number): Node {
  const [r = 0, rows = 0, m = 0] = columns.shape;
  if (rows === samples) return columns;
  const positions = rows / samples;
  const apart = mul(
    reshape(columns, [1, r, samples, positions, m]),
    reshape(eye(positions), [positions, 1, 1, positions, 1]),
  );
  return reshape(apart, [positions * r, rows, m]);
}

/**
 * The most floats that the columns of an exact expectation may take: half a GiB in 32 bits. Each column is pulled
 * back to several values.
 */
const mostFloats = 2 ** 27;

/**
 * Returns the columns of R of a response by samples. Each of them is pulled back to what the response depends on.
 *
 * Throws MetricError if there are too many columns to keep.
 *
 * @param fewer - What has fewer columns, for the message.
 */
export function exactColumns(
  where: string,
  part: ResponsePart,
  samples: number,
  fewer: string,
): Node {
  const columns = bySample(fisherColumns(part), samples);
  if (sizeOf(columns.shape) <= mostFloats) return columns;
  const [count = 0, ...shape] = columns.shape;
  throw new MetricError({
    where,
    must: `the columns of the law's information must fit in 2²⁷ floats, since each is pulled back`,
    got: `${count} of ${showShape(shape)} for ${part.law.name}`,
    todo: `use ${fewer}, or a smaller batch`,
  });
}

/**
 * Runs metric back-propagation: it takes columns [r, rows, m] of R in a response to the columns of J'R, [r, …], in
 * values before it.
 *
 * J is the Jacobian of the response sample by sample. So J'R(J'R)' is g(h_l) = (∂h/∂h_l)' RR' (∂h/∂h_l). Samples must
 * not mix, so statistics of the batch must be the running ones.
 */
export function pulledBack(natural: Node, columns: Node, at: readonly Node[]): readonly Node[] {
  return vmap((column: Node) => vjp([natural], at, [column]))(columns);
}

/** Joins columns [r, rows, m] of several responses into factors F [rows, m, r] of all of them. */
export function factorsOf(columns: readonly Node[]): Node {
  return moveAxis(concat(columns, 0), 0, 2);
}
