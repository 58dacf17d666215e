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
 * The columns of R with RR' = w F, the law's Fisher information per row times how much the row counts:
 * [r, rows, m].
 * @throws ShapeError for a response that is not [rows, m], MetricError for one whose rows are to be centred
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
 * Columns [r, n·T, m] of a response with T independent rows per sample as columns of samples,
 * [T·r, n·T, m]: each has one row of every sample and zeros in the others, so that rows of a
 * sample do not mix on the way back.
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

/** Floats that the columns of an exact expectation may take: half a GiB of 32 bits. Of what they become there are several. */
const mostFloats = 2 ** 27;

/**
 * The columns of R of a response by samples, each of which is pulled back to what the response depends on.
 * @param fewer What has fewer columns, for the message.
 * @throws MetricError for columns that are too many to be kept
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
 * Metric back-propagation: for columns [r, rows, m] of R in a response, those of J'R in values before
 * it, [r, …] each, with J the Jacobian of the response sample by sample. So J'R(J'R)' is
 * g(h_l) = (∂h/∂h_l)' RR' (∂h/∂h_l). Samples must not mix: batch statistics must be the running ones.
 */
export function pulledBack(natural: Node, columns: Node, at: readonly Node[]): readonly Node[] {
  return vmap((column: Node) => vjp([natural], at, [column]))(columns);
}

/** Columns [r, rows, m] of several responses as factors F [rows, m, r] of all of them together. */
export function factorsOf(columns: readonly Node[]): Node {
  return moveAxis(concat(columns, 0), 0, 2);
}
