import { measureCase } from "../case.ts";
import { uniformValues } from "../data.ts";
import type { FunctionProblem } from "../problems.ts";
import type { Result } from "../result.ts";
import type { Session } from "../session.ts";
import { accuracy } from "./accuracy.ts";

const size = 1_000_000;

const domains: Readonly<Record<FunctionProblem["name"], readonly [from: number, to: number]>> = {
  tanh: [-6, 6],
  exp: [-20, 20],
  log: [1e-3, 1e3],
};

/** A fused chain of ten operations and single functions on a million float32: ms, and their errors. */
export async function elementwise(session: Session): Promise<Result[]> {
  const shared = { suite: "elementwise", unit: "ms", better: "lower" } as const;
  const value = (seconds: number) => 1000 * seconds;
  const chain = {
    ...shared,
    name: "chain of 10",
    kind: "chain",
    problem: { x: uniformValues(size, 8, -3, 3) },
    value,
    tolerance: 1e-5,
  } as const;
  const results = await measureCase(chain, session);
  for (const [key, [from, to]] of Object.entries(domains)) {
    const name = key as FunctionProblem["name"];
    const problem = { name, x: uniformValues(size, 9, from, to) };
    const one = { ...shared, name, kind: "function", problem, value, tolerance: 1e-5 } as const;
    results.push(...(await measureCase(one, session)), ...(await accuracy(problem, session)));
  }
  return results;
}
