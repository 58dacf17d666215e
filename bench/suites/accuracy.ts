import type { Kit } from "../kit.ts";
import type { FunctionProblem } from "../problems.ts";
import { type Result, resultOf } from "../result.ts";
import type { Session } from "../session.ts";

/** The largest relative error of a function over its points, against Math in float64. */
export async function accuracy(problem: FunctionProblem, session: Session): Promise<Result[]> {
  const { name, x } = problem;
  const exact = Float64Array.from(x, Math[name]);
  const errorOf = async ({ solvers }: Kit): Promise<number | null> => {
    const contestant = await solvers.function?.(problem);
    const answer = await contestant?.result();
    const error = answer === undefined || answer === null ? null : relativeError(exact, answer);
    await contestant?.close();
    return error;
  };
  const peers: Record<string, number> = {};
  for (const kit of session.peers) {
    const error = await errorOf(kit);
    if (error !== null) peers[kit.name] = error;
  }
  const results: Result[] = [];
  for (const kit of session.ours.filter(({ single }) => single === null)) {
    const measured = { suite: "elementwise", case: `${name} error ${kit.variant}` };
    const ours = (await errorOf(kit)) ?? Number.NaN;
    results.push(resultOf({ ...measured, unit: "relative", better: "lower", ours, peers }));
  }
  return results;
}

function relativeError(exact: Float64Array, answer: ArrayLike<number>): number {
  let worst = 0;
  for (let i = 0; i < exact.length; i++) {
    const value = exact[i] as number;
    const error = Math.abs(((answer[i] as number) - value) / value);
    if (value !== 0 && !(error <= worst)) worst = error;
  }
  return worst;
}
