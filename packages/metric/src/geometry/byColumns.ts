import { type FloatType, MetricError } from "@metrigrad/tensor";
import { luOf } from "../host/lu.ts";
import { checkDenseSize } from "./spread.ts";
import type { Range, Whole } from "./whole.ts";

/** A matrix over up to this many parameters is factored. */
const small = 1000;

/** A symmetric matrix over all parameters that multiplies vectors. */
export interface ColumnSource {
  /** The number P of parameters. */
  readonly size: number;
  readonly float: FloatType;
  /** Returns gv. */
  product(v: Float64Array): Promise<Float64Array>;
  /** Shows the columns g e_j for the j of a range, in order. */
  columns(range: Range, see: (j: number, column: Float64Array) => void): Promise<void>;
  close(): Promise<void>;
}

/** Makes all operations of a matrix from its columns, which are its products with unit vectors. */
export function byColumns(where: string, source: ColumnSource): Whole {
  const { size, float, product, columns, close } = source;
  const block = async (rows: Range, range: Range) => {
    const width = range[1] - range[0];
    const result = new Float64Array((rows[1] - rows[0]) * width);
    await columns(range, (j, column) => {
      for (let i = rows[0]; i < rows[1]; i++) {
        result[(i - rows[0]) * width + j - range[0]] = column[i] as number;
      }
    });
    return result;
  };
  const dense = () => block([0, size], [0, size]);
  return {
    float,
    method: size <= small ? "direct" : "conjugate gradients",
    product,
    dense,
    block,
    spectrum: null,
    trace: async () => {
      let total = 0;
      await columns([0, size], (j, column) => {
        total += column[j] as number;
      });
      return total;
    },
    solve: async (v, { relative = 0, absolute = 0 }) => {
      checkDenseSize(`${where}.solve`, size);
      const matrix = await dense();
      let trace = 0;
      for (let i = 0; i < size; i++) trace += matrix[i * size + i] as number;
      for (let i = 0; i < size; i++) {
        matrix[i * size + i] = (matrix[i * size + i] as number) + relative * trace + absolute;
      }
      return solvedBy(`${where}.solve`, matrix, v);
    },
    close,
  };
}

/**
 * Solves by elimination on the host, also for indefinite matrices. Throws MetricError if the matrix is singular to working
 * precision.
 */
function solvedBy(where: string, matrix: Float64Array, v: Float64Array): Float64Array {
  const size = v.length;
  const x = luOf(matrix, size).solve(v);
  let [off, all] = [0, 0];
  for (let i = 0; i < size; i++) {
    let gap = -(v[i] as number);
    for (let j = 0; j < size; j++) gap += (matrix[i * size + j] as number) * (x[j] as number);
    off += gap ** 2;
    all += (v[i] as number) ** 2;
  }
  if (Math.sqrt(off) <= 1e-3 * Math.sqrt(all)) return x;
  throw new MetricError({
    where,
    must: "the damped matrix must be regular to working precision",
    got: "a singular one",
    todo: "pass more damping, such as { relative: 1e-4 }",
  });
}
