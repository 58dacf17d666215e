import { ShapeError, showShape, sizeOf } from "@metrigrad/tensor";
import type { Node } from "../core/node.ts";
import { broadcastTo } from "../ops/broadcastTo.ts";
import { eye } from "../ops/eye.ts";
import { reshape } from "../ops/reshape.ts";
import { type Meeting, meetingsOf } from "./sampleMeetings.ts";
import { vjp } from "./vjp.ts";
import { vmap } from "./vmap.ts";

/**
 * Options of {@link jacobianRows}.
 *
 * @category Graph: derivatives
 */
export interface JacobianRowsOptions {
  /**
   * The nodes that have the samples on their first axis, such as data or points.
   *
   * A node has the shape [n, …], or [n·T, …] if each sample has T rows side by side.
   */
  readonly inputs: readonly Node[];
  /** The number of samples n. By default it is the first size of the value. */
  readonly samples?: number;
  /**
   * Cotangents c of the value, [r, ...value]. The rows are then Σ c ∂value/∂θ, summed over the elements of each sample.
   *
   * By default the columns are the unit vectors of the elements of a sample.
   */
  readonly columns?: Node;
}

/** A meeting of variables and samples, with the cotangents [r, …node] that arrive there. */
export interface SampleUse extends Meeting {
  readonly cotangents: Node;
}

/** All such meetings on the way to a value. */
export interface SampleUses {
  readonly uses: readonly SampleUse[];
  /** The number of columns of each sample. */
  readonly r: number;
}

/**
 * Finds every op in which variables meet samples. One pullback of all columns gives the cotangents that arrive there.
 *
 * Throws GraphError if samples meet each other, and ShapeError if the columns have a wrong shape.
 */
export function sampleUses(
  where: string,
  value: Node,
  variables: readonly Node[],
  options: JacobianRowsOptions,
): SampleUses {
  const { inputs, samples = value.shape[0] ?? 1 } = options;
  const rows = rowsOfSamples(where, value, samples);
  const { meetings, spot } = meetingsOf(where, value, variables, inputs, samples);
  const inner = spot?.axis === 0 ? spot.inner : rows;
  const columns = options.columns ?? unitColumns(value, samples, inner);
  checkColumns(where, columns, value);
  const nodes = [...new Set(meetings.map(({ node }) => node))];
  const arrived = vmap((column: Node) => vjp([value], nodes, [column]))(columns);
  const uses = meetings.map((meeting) => {
    return { ...meeting, cotangents: arrived[nodes.indexOf(meeting.node)] as Node };
  });
  return { uses, r: columns.shape[0] as number };
}

/** The number of rows that each sample has on the first axis of a value. Throws ShapeError if it is no whole number. */
function rowsOfSamples(where: string, { shape }: Node, samples: number): number {
  const [rows = 0] = shape;
  if (Number.isInteger(samples) && samples > 0 && rows % samples === 0) return rows / samples;
  throw new ShapeError({
    where,
    must: "the value must have as many rows for each sample on its first axis",
    got: `${showShape(shape)} for ${samples} samples`,
    todo: "put the samples first",
  });
}

/** The unit vectors of the elements of a sample, [r, …value], for all samples at once. */
function unitColumns({ shape }: Node, samples: number, inner: number): Node {
  const [rows = 0, ...rest] = shape;
  const outer = rows / (samples * inner);
  const r = outer * inner * sizeOf(rest);
  const basis = reshape(eye(r), [r, outer, 1, inner, ...rest]);
  return reshape(broadcastTo(basis, [r, outer, samples, inner, ...rest]), [r, ...shape]);
}

function checkColumns(where: string, columns: Node, { shape }: Node): void {
  if (showShape(columns.shape.slice(1)) === showShape(shape) && columns.shape.length > 0) return;
  throw new ShapeError({
    where,
    must: `columns must be [r, ${shape.join(", ")}]`,
    got: showShape(columns.shape),
    todo: "give each column a cotangent of the value",
  });
}
