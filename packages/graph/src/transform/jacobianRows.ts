import { ShapeError, showShape, sizeOf } from "@metrigrad/tensor";
import { checkOptions } from "../core/checkOptions.ts";
import type { Node } from "../core/node.ts";
import { broadcastTo } from "../ops/broadcastTo.ts";
import { eye } from "../ops/eye.ts";
import { fill } from "../ops/fill.ts";
import { reshape } from "../ops/reshape.ts";
import { addTerms } from "./addTerms.ts";
import { meetingsOf, rowsAt } from "./sampleMeetings.ts";
import { vjp } from "./vjp.ts";
import { vmap } from "./vmap.ts";

/** Options of `jacobianRows`. */
export interface JacobianRowsOptions {
  /** What has the samples on its first axis, [n, …] or [n·T, …] with the rows of a sample together: data, points. */
  readonly inputs: readonly Node[];
  /** n; the first axis of the value by default. */
  readonly samples?: number;
  /**
   * Cotangents c of the value, [r, …value]: rows are then Σ c ∂value/∂θ over the elements of each sample. By default the
   * unit vectors of the elements of a sample.
   */
  readonly columns?: Node;
}

/**
 * The rows of the Jacobian of a batch, sample by sample, through every path by which variables reach the value: derivatives
 * by the inputs included. One pullback gives the cotangents of all samples at once, since no element depends on two
 * samples; each row is then put together where parameters and samples meet, so the cost is that of a gradient and of the
 * rows themselves.
 *
 * @param value - [n, …], with the samples on its first axis.
 * @param variables - What the rows are derivatives by: parameters, or any values that do not depend on the samples.
 * @param options - Where the samples come from.
 * @returns For each variable the rows [n, r, …variable], zeros where no path leads; r is the number of elements of a sample,
 *   or of columns.
 * @throws GraphError where samples meet one another, and where a variable meets them in an op that cannot be taken apart;
 *   ShapeError for columns of another shape
 * @example
 * ```ts
 * const u = tanh(matmul(x, w)); // x [n, 2], w [2, 1]
 * const [rows] = jacobianRows(u, [w], { inputs: [x] }); // [n, 1, 2, 1]
 * ```
 */
export function jacobianRows(
  value: Node,
  variables: readonly Node[],
  options: JacobianRowsOptions,
): Node[] {
  checkOptions("jacobianRows", options, ["inputs", "samples", "columns"]);
  const { inputs, samples = value.shape[0] ?? 1 } = options;
  const rows = rowsOfSamples(value, samples);
  const { meetings, spot } = meetingsOf("jacobianRows", value, variables, inputs, samples);
  const inner = spot?.axis === 0 ? spot.inner : rows;
  const columns = options.columns ?? unitColumns(value, samples, inner);
  checkColumns(columns, value);
  const r = columns.shape[0] as number;
  const nodes = [...new Set(meetings.map(({ node }) => node))];
  const arrived = vmap((column: Node) => vjp([value], nodes, [column]))(columns);
  // Rows by what stands for the parameters where they meet the samples: [n, r, …value].
  const found = new Map<Node, Node[]>();
  for (const meeting of meetings) {
    const cotangent = arrived[nodes.indexOf(meeting.node)] as Node;
    const row = rowsAt("jacobianRows", meeting, cotangent, samples);
    found.set(meeting.value, [...(found.get(meeting.value) ?? []), row]);
  }
  const values = [...found.keys()];
  const sums = values.map((one) => addTerms(found.get(one) as Node[]) as Node);
  const none = (one: Node) => fill([samples, r, ...one.shape], 0);
  if (values.length === 0) return variables.map(none);
  const back = (...cotangents: readonly Node[]) => vjp(values, variables, cotangents);
  const own = vmap(vmap(back) as (...nodes: Node[]) => readonly Node[])(...sums);
  return [...own];
}

/** Rows that each sample has on the first axis of a value. Throws ShapeError. */
function rowsOfSamples({ shape }: Node, samples: number): number {
  const [rows = 0] = shape;
  if (Number.isInteger(samples) && samples > 0 && rows % samples === 0) return rows / samples;
  throw new ShapeError({
    where: "jacobianRows",
    must: "the value must have as many rows for each sample on its first axis",
    got: `${showShape(shape)} for ${samples} samples`,
    todo: "put the samples first",
  });
}

/** The unit vectors of the elements of a sample, [r, …value]: one in every sample at once. */
function unitColumns({ shape }: Node, samples: number, inner: number): Node {
  const [rows = 0, ...rest] = shape;
  const outer = rows / (samples * inner);
  const r = outer * inner * sizeOf(rest);
  const basis = reshape(eye(r), [r, outer, 1, inner, ...rest]);
  return reshape(broadcastTo(basis, [r, outer, samples, inner, ...rest]), [r, ...shape]);
}

function checkColumns(columns: Node, { shape }: Node): void {
  if (showShape(columns.shape.slice(1)) === showShape(shape) && columns.shape.length > 0) return;
  throw new ShapeError({
    where: "jacobianRows",
    must: `columns must be [r, ${shape.join(", ")}]`,
    got: showShape(columns.shape),
    todo: "give each column a cotangent of the value",
  });
}
