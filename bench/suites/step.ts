import { measureCase } from "../case.ts";
import { paperWidths, stepProblem } from "../network.ts";
import type { Result } from "../result.ts";
import type { Session } from "../session.ts";
import { compileTime } from "./compileTime.ts";
import { stepMemory } from "./stepMemory.ts";

/** Training steps of 784-80-80-80-10, batch 50, and what such a step takes to compile and to hold. */
export async function step(session: Session): Promise<Result[]> {
  const results: Result[] = [];
  for (const optimizer of ["sgd", "adam"] as const) {
    const one = {
      suite: "step",
      name: optimizer,
      kind: "step",
      problem: stepProblem(optimizer, paperWidths, 50),
      unit: "steps/s",
      better: "higher",
      value: (seconds: number) => 1 / seconds,
      tolerance: 1e-4,
    } as const;
    results.push(...(await measureCase(one, session)));
  }
  return [...results, ...(await compileTime(session)), ...(await stepMemory(session))];
}
