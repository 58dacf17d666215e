import { compile } from "metrigrad";
import { median } from "../measure.ts";
import { paperWidths, stepProblem } from "../network.ts";
import { stepGraph } from "../ours/step.ts";
import { type Result, resultOf } from "../result.ts";
import type { Session } from "../session.ts";

/** From the model to a program that can run, its data resident, once the engine is warm; ms. */
export async function compileTime({ ours, options, progress }: Session): Promise<Result[]> {
  const results: Result[] = [];
  for (const optimizer of ["sgd", "adam"] as const) {
    const problem = stepProblem(optimizer, paperWidths, 50);
    for (const { backend, variant } of ours) {
      progress(`step compile ${optimizer} ${variant}`);
      const times: number[] = [];
      for (let round = 0; round <= options.rounds; round++) {
        const store = await backend.store([]);
        const begun = performance.now();
        const { updates, variables } = stepGraph(problem);
        await store.add(variables);
        await compile({ outputs: [], updates }, store);
        if (round > 0) times.push(performance.now() - begun);
        await store.close();
      }
      const measured = { suite: "step", case: `compile ${optimizer} ${variant}`, unit: "ms" };
      results.push(resultOf({ ...measured, better: "lower", ours: median(times), peers: {} }));
    }
  }
  return results;
}
