import { type Tensor, tensor, uniformStream } from "@metrigrad/tensor";

/** Standard normal numbers, a function of the seed. */
export function normals(shape: readonly number[], seed = 1): Tensor {
  const stream = uniformStream({ seed, path: "matrices" });
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float64Array.from({ length: size }, (_, i) => stream.normal(i)),
    { shape },
  );
}

/** A matrix whose entries are f(row, column). */
export function matrix(rows: number, columns: number, f: (i: number, j: number) => number): Tensor {
  const data = Float64Array.from({ length: rows * columns }, (_, at) =>
    f(Math.floor(at / columns), at % columns),
  );
  return tensor(data, { shape: [rows, columns] });
}

/** Entries 1/(i + j + 1): the condition number of [8, 8] is 1.5e10. */
export function hilbert(size: number): Tensor {
  return matrix(size, size, (i, j) => 1 / (i + j + 1));
}

/** The identity. */
export function identity(size: number): Float64Array {
  return matrix(size, size, (i, j) => (i === j ? 1 : 0)).data() as Float64Array;
}
