/** Multiplies a [n, k] and b [k, m], row-major, on the host. */
export function product(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  n: number,
  k: number,
  m: number,
): Float64Array {
  const result = new Float64Array(n * m);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < k; j++) {
      const share = a[i * k + j] as number;
      for (let c = 0; c < m; c++) {
        result[i * m + c] = (result[i * m + c] as number) + share * (b[j * m + c] as number);
      }
    }
  }
  return result;
}

/** Turns a matrix [n, m], row-major, into [m, n]. */
export function transposed(a: ArrayLike<number>, n: number, m: number): Float64Array {
  return Float64Array.from({ length: n * m }, (_, at) => {
    return a[(at % n) * m + Math.floor(at / n)] as number;
  });
}
