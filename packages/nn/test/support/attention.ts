/** Attention by loops over samples, heads, queries and keys. */

type Rows = readonly (readonly number[])[];

/** [n][T][width] of flat values. */
export function sequences(values: ArrayLike<number>, n: number, width: number): Rows[] {
  const steps = values.length / (n * width);
  return Array.from({ length: n }, (_, s) =>
    Array.from({ length: steps }, (__, t) =>
      Array.from({ length: width }, (___, j) => values[(s * steps + t) * width + j] as number),
    ),
  );
}

/** x̃W of rows, W [in + 1, out] flat with the bias in its last row, or [in, out] without one. */
function project(rows: Rows, w: ArrayLike<number>, outputs: number): number[][] {
  const bias = w.length / outputs > (rows[0] as readonly number[]).length;
  return rows.map((row) => {
    const own = bias ? [...row, 1] : row;
    return Array.from({ length: outputs }, (_, j) =>
      own.reduce((sum, v, i) => sum + v * (w[i * outputs + j] as number), 0),
    );
  });
}

/** Pairs of a head turned by t·base^(−2i/d), as complex numbers. */
function turned(row: readonly number[], t: number, base: number): number[] {
  return row.map((v, j) => {
    const angle = t * base ** (-(j - (j % 2)) / row.length);
    const other = row[j % 2 === 0 ? j + 1 : j - 1] as number;
    return v * Math.cos(angle) + (j % 2 === 0 ? -other : other) * Math.sin(angle);
  });
}

export interface LoopedAttention {
  readonly features: number;
  readonly heads: number;
  readonly weights: Readonly<Record<"query" | "key" | "value" | "out", ArrayLike<number>>>;
  readonly causal?: boolean;
  readonly base?: number;
  /** Which keys are left out, by sample. */
  readonly padding?: readonly (readonly number[])[];
}

/** [n][T][features] flat. */
export function loopedAttention(
  query: readonly Rows[],
  memory: readonly Rows[],
  { features, heads, weights, causal = false, base, padding }: LoopedAttention,
): number[] {
  const d = features / heads;
  const part = (row: readonly number[], head: number) => row.slice(head * d, (head + 1) * d);
  return query.flatMap((rows, s) => {
    const q = project(rows, weights.query, features);
    const k = project(memory[s] as Rows, weights.key, features);
    const v = project(memory[s] as Rows, weights.value, features);
    const at = (row: readonly number[], head: number, t: number) =>
      base === undefined ? part(row, head) : turned(part(row, head), t, base);
    const joined = q.map((one, t) =>
      Array.from({ length: heads }, (_, head) => {
        const own = at(one, head, t);
        const ups = k.map((other, u) => {
          if ((causal && u > t) || padding?.[s]?.[u]) return 0;
          const key = at(other, head, u);
          const product = own.reduce((sum, value, j) => sum + value * (key[j] as number), 0);
          return Math.exp(product / Math.sqrt(d));
        });
        const total = ups.reduce((a, b) => a + b, 0);
        return Array.from({ length: d }, (__, j) =>
          ups.reduce((sum, up, u) => {
            return (
              sum + (up === 0 ? 0 : (up / total) * (part(v[u] as number[], head)[j] as number))
            );
          }, 0),
        );
      }).flat(),
    );
    return project(joined, weights.out, features).flat();
  });
}
