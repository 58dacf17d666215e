import type { NativeKernels } from "../../src/types.ts";

type Values = Float32Array | Float64Array;

/** Sweeps of rotations, more than enough for 20 rows. */
const sweeps = 12;

/** The functions of one type as plain loops. */
function plainOf(type: "f32" | "f64", memory: WebAssembly.Memory): NativeKernels {
  const from = (address: number): Values =>
    type === "f32"
      ? new Float32Array(memory.buffer, address)
      : new Float64Array(memory.buffer, address);
  const gemm = (
    ...[ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc]: number[] & { length: 13 }
  ) => {
    const [x, y, z] = [from(a!), from(b!), from(c!)];
    const sums = Array.from({ length: m! * n! }, (_, at) => {
      const [r, q] = [Math.floor(at / n!), at % n!];
      let sum = 0;
      for (let p = 0; p < k!; p++) {
        sum += x[ta ? p * lda! + r : r * lda! + p]! * y[tb ? q * ldb! + p : p * ldb! + q]!;
      }
      return sum;
    });
    sums.forEach((sum, at) => {
      const place = Math.floor(at / n!) * ldc! + (at % n!);
      z[place] = alpha! * sum + (beta === 0 ? 0 : beta! * z[place]!);
    });
  };
  const syrk = (...[lower, t, n, k, alpha, a, lda, beta, c, ldc]: number[]) => {
    const [x, z] = [from(a!), from(c!)];
    for (let r = 0; r < n!; r++) {
      for (let q = 0; q < n!; q++) {
        if (lower ? q > r : q < r) continue;
        let sum = 0;
        for (let p = 0; p < k!; p++) {
          sum += x[t ? p * lda! + r : r * lda! + p]! * x[t ? p * lda! + q : q * lda! + p]!;
        }
        const place = r * ldc! + q;
        z[place] = alpha! * sum + (beta === 0 ? 0 : beta! * z[place]!);
      }
    }
  };
  const trsm = (...[right, upper, t, m, n, a, lda, b, ldb]: number[]) => {
    const [x, y] = [from(a!), from(b!)];
    const size = right ? n! : m!;
    const of = (r: number, c: number) => ((upper ? c >= r : c <= r) ? x[r * lda! + c]! : 0);
    // X op(A) = B is op(A)'X' = B'.
    const op = (r: number, c: number) => (Boolean(t) !== Boolean(right) ? of(c, r) : of(r, c));
    const down = op(0, size - 1) === 0;
    for (let line = 0; line < (right ? m! : n!); line++) {
      const place = (row: number) => (right ? line * ldb! + row : row * ldb! + line);
      for (let turn = 0; turn < size; turn++) {
        const row = down ? turn : size - 1 - turn;
        let value = y[place(row)]!;
        for (let other = 0; other < size; other++) {
          if (other !== row)
            value -= op(row, other) * (down === other < row ? y[place(other)]! : 0);
        }
        y[place(row)] = value / op(row, row);
      }
    }
  };
  const potrf = (...[n, a, lda]: number[]) => {
    const x = from(a!);
    for (let c = 0; c < n!; c++) {
      for (let r = c; r < n!; r++) {
        let sum = x[r * lda! + c]!;
        for (let p = 0; p < c; p++) sum -= x[r * lda! + p]! * x[c * lda! + p]!;
        if (r === c && !(sum > 0)) return c + 1;
        x[r * lda! + c] = r === c ? Math.sqrt(sum) : sum / x[c * lda! + c]!;
      }
    }
    return 0;
  };
  /** Jacobi's rotations. */
  const syevd = (...[n, a, lda, w]: number[]) => {
    const [x, values] = [from(a!), from(w!)];
    const s = Array.from({ length: n! }, (_, r) =>
      Array.from({ length: n! }, (_, c) => x[Math.max(r, c) * lda! + Math.min(r, c)]!),
    );
    const v = s.map((_, r) => s.map((_, c) => Number(r === c)));
    for (let sweep = 0; sweep < sweeps; sweep++) {
      for (let p = 0; p < n!; p++) {
        for (let q = p + 1; q < n!; q++) {
          const angle = 0.5 * Math.atan2(2 * s[p]![q]!, s[q]![q]! - s[p]![p]!);
          const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
          for (const rows of [s, v]) {
            const [one, other] = [rows[p]!, rows[q]!];
            rows[p] = one.map((value, at) => cos * value - sin * other[at]!);
            rows[q] = one.map((value, at) => sin * value + cos * other[at]!);
          }
          for (const row of s) {
            [row[p], row[q]] = [cos * row[p]! - sin * row[q]!, sin * row[p]! + cos * row[q]!];
          }
        }
      }
    }
    const order = v.map((_, at) => at).sort((i, j) => s[i]![i]! - s[j]![j]!);
    order.forEach((index, row) => {
      values[row] = s[index]![index]!;
      v[index]!.forEach((value, col) => {
        x[row * lda! + col] = value;
      });
    });
    return 0;
  };
  const named = { Gemm: gemm, Syrk: syrk, Trsm: trsm, Potrf: potrf, Syevd: syevd };
  return Object.fromEntries(
    Object.entries(named).map(([name, run]) => [
      `native${name}_${type}`,
      run as NativeKernels[string],
    ]),
  );
}

/** What a library gives, as plain loops. */
export function plainKernels(memory: WebAssembly.Memory): NativeKernels {
  return { ...plainOf("f32", memory), ...plainOf("f64", memory) };
}
