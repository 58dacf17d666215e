import { type Initializer, ShapeError, sizeOf } from "@metrigrad/tensor";
import { drawNormal } from "./draw.ts";

/**
 * A weight [inputs…, outputs] as a matrix with orthonormal columns, or rows where those are fewer, times a gain: Q of
 * the QR decomposition of normal draws, with signs by which it is uniformly distributed (Saxe et al. 2014,
 * arXiv 1312.6120).
 * @param gain factor of the matrix; 1 by default, √2 for relu
 * @returns an initialiser for shapes of two axes or more
 * @throws ShapeError for a gain that is not positive, and for a shape with one axis
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
 * Gram and Schmidt's method, each vector twice, which is orthogonal to rounding error. It leaves a positive share of
 * each vector, so the result is that of the QR decomposition with a positive diagonal.
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

function refused(must: string, got: string, todo: string): ShapeError {
  return new ShapeError({ where: "orthogonal", must, got, todo });
}
