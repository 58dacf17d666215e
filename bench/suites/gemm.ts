import { measureCase } from "../case.ts";
import { uniformValues } from "../data.ts";
import type { Result } from "../result.ts";
import type { Session } from "../session.ts";

type Shape = readonly [name: string, m: number, k: number, n: number, transposed: boolean];

const squares = [64, 128, 256, 512, 1024].map((n): Shape => [String(n), n, n, n, false]);

/** The forward products of the training step, and the one that gives the first weight gradient. */
const layers: readonly Shape[] = [
  ["50×784·784×80", 50, 784, 80, false],
  ["50×80·80×80", 50, 80, 80, false],
  ["784×50·50×80 (AᵀB)", 784, 50, 80, true],
];

/** Matrix products, GFLOP/s. */
export async function gemm(session: Session): Promise<Result[]> {
  const results: Result[] = [];
  for (const [name, m, k, n, transposed] of [...squares, ...layers]) {
    const one = {
      suite: "gemm",
      name,
      kind: "product",
      problem: { m, k, n, transposed, a: uniformValues(m * k, 1), b: uniformValues(k * n, 2) },
      unit: "GFLOP/s",
      better: "higher",
      value: (seconds: number) => (2 * m * k * n) / seconds / 1e9,
      tolerance: 1e-4,
    } as const;
    results.push(...(await measureCase(one, session)));
  }
  return results;
}
