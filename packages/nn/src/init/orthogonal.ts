import { type Initializer, ShapeError, sizeOf } from "@metrigrad/tensor";
import { drawNormal } from "./draw.ts";

/**
 * Makes an initialiser of orthogonal matrices, times a gain.
 *
 * A weight [inputs…, outputs] is taken as a matrix. Its columns are orthonormal, or its rows if there are fewer rows. The
 * matrix is Q of the QR decomposition of normal draws, with signs that make it uniformly distributed (Saxe et al. 2014,
 * arXiv 1312.6120).
 *
 * @param gain - The factor of the matrix; 1 by default, √2 for relu.
 * @returns An initialiser for shapes of two axes or more. It throws ShapeError for a shape with fewer axes.
 * @throws {@link ShapeError} if the gain is not positive and finite.
 * @category Models: own modules
 */
export function orthogonal(gain: number = 1): Initializer {
  if (!(gain > 0 && Number.isFinite(gain))) {
    throw refused("the gain must be positive", String(gain), "call orthogonal(Math.SQRT2)");
  }
  return (context) => {
    const { shape } = context;
    if (shape.length < 2) {
      const todo = "take zeros or normalInit for a vector";
      throw refused("the shape must have two axes or more", `[${shape.join(", ")}]`, todo);
    }
    const columns = shape.at(-1) as number;
    const rows = sizeOf(shape) / columns;
    const draws = drawNormal(context, 1);
    const [long, short] = rows < columns ? [columns, rows] : [rows, columns];
    const vectors = Array.from({ length: short }, (_, k) => draws.slice(k * long, (k + 1) * long));
    orthonormalise(vectors);
    return Float64Array.from({ length: rows * columns }, (_, i) => {
      const [row, column] = [Math.floor(i / columns), i % columns];
      const [k, at] = rows < columns ? [row, column] : [column, row];
      return gain * ((vectors[k] as Float64Array)[at] as number);
    });
  };
}

/**
 * Makes vectors orthonormal by Gram and Schmidt's method. Each vector is treated twice, so the result is orthogonal up to
 * rounding. The method keeps a positive share of each vector. So the result is that of the QR decomposition with a positive
 * diagonal.
 */
function orthonormalise(vectors: readonly Float64Array[]): void {
  for (const [k, vector] of vectors.entries()) {
    for (let turn = 0; turn < 2; turn++) {
      for (const other of vectors.slice(0, k)) {
        const share = dot(vector, other);
        for (let i = 0; i < vector.length; i++) {
          vector[i] = (vector[i] as number) - share * (other[i] as number);
        }
      }
    }
    const length = Math.sqrt(dot(vector, vector));
    for (let i = 0; i < vector.length; i++) vector[i] = (vector[i] as number) / length;
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

/** Makes the error of the initialiser. */
function refused(must: string, got: string, todo: string): ShapeError {
  return new ShapeError({ where: "orthogonal", must, got, todo });
}
