import { measureCase } from "../case.ts";
import { uniformValues } from "../data.ts";
import { covariances, factors } from "../matrices.ts";
import type { Problems } from "../problems.ts";
import type { Result } from "../result.ts";
import type { Session } from "../session.ts";

/** Symmetric positive definite work of the metric: build, factorise, solve; ms per block. */
export async function spd(session: Session): Promise<Result[]> {
  const results: Result[] = [];
  const measure = async <Kind extends keyof Problems>(
    name: string,
    kind: Kind,
    problem: Problems[Kind],
    blocks: number,
  ) => {
    const one = { suite: "spd", name, kind, problem, unit: "ms", better: "lower" } as const;
    const value = (seconds: number) => (1000 * seconds) / blocks;
    results.push(...(await measureCase({ ...one, value, tolerance: 1e-3 }, session)));
  };
  for (const d of [81, 785]) {
    for (const n of [50, 500, 5000]) {
      const problem = { n, d, x: uniformValues(n * d, 3), nu: uniformValues(n, 4, 0, 1) };
      await measure(`gram d=${d} n=${n}`, "gram", problem, 1);
    }
  }
  for (const [d, count] of [
    [81, 80],
    [785, 8],
  ] as const) {
    await measure(`cholesky d=${d}`, "cholesky", { count, d, a: covariances(count, d) }, count);
  }
  for (const [d, count, columns] of [
    [50, 80, 1],
    [81, 80, 1],
    [785, 8, 1],
    [785, 1, 80],
  ] as const) {
    const b = uniformValues(count * d * columns, 5);
    const problem = { count, d, columns, l: factors(count, d), b };
    const name = columns === 1 ? `solve d=${d}` : `solve d=${d}, ${columns} columns`;
    await measure(name, "solve", problem, count);
  }
  return results;
}
