/** A matrix as a product of triangles, by elimination with exchanged rows. */
export interface Lu {
  /** Solves for columns b [d, m], row-major. */
  solve(b: ArrayLike<number>, m?: number): Float64Array;
  /** ln |det|; −∞ for a singular matrix. */
  readonly logAbsDet: number;
}

/** Factors a matrix [d, d], row-major, on the host. */
export function luOf(elements: ArrayLike<number>, d: number): Lu {
  const rows = Array.from({ length: d }, (_, i) =>
    Float64Array.from({ length: d }, (_, j) => elements[i * d + j] as number),
  );
  const order = rows.map((_, i) => i);
  const at = (i: number) => rows[i] as Float64Array;
  for (let k = 0; k < d; k++) {
    let largest = k;
    for (let i = k + 1; i < d; i++) {
      if (Math.abs(at(i)[k] as number) > Math.abs(at(largest)[k] as number)) largest = i;
    }
    for (const list of [rows, order] as unknown[][]) {
      [list[k], list[largest]] = [list[largest], list[k]];
    }
    const pivot = at(k)[k] as number;
    if (pivot === 0) continue;
    for (let i = k + 1; i < d; i++) {
      const row = at(i);
      const share = (row[k] as number) / pivot;
      row[k] = share;
      for (let j = k + 1; j < d; j++) row[j] = (row[j] as number) - share * (at(k)[j] as number);
    }
  }
  const pivots = rows.map((row, k) => row[k] as number);
  return {
    logAbsDet: pivots.reduce((sum, pivot) => sum + Math.log(Math.abs(pivot)), 0),
    solve: (b, m = 1) => {
      const x = new Float64Array(d * m);
      for (let c = 0; c < m; c++) {
        for (let i = 0; i < d; i++) {
          let sum = b[(order[i] as number) * m + c] as number;
          for (let j = 0; j < i; j++) sum -= (at(i)[j] as number) * (x[j * m + c] as number);
          x[i * m + c] = sum;
        }
        for (let i = d - 1; i >= 0; i--) {
          let sum = x[i * m + c] as number;
          for (let j = i + 1; j < d; j++) sum -= (at(i)[j] as number) * (x[j * m + c] as number);
          x[i * m + c] = sum / (pivots[i] as number);
        }
      }
      return x;
    },
  };
}
