import { BackendError } from "../../errors.ts";

/** Throws the error of a plan that breaks a rule. */
export type Refuse = (must: string, got: string) => never;

/** Makes a function that throws errors which name a place in the plan. */
export function refuseAt(place: string): Refuse {
  return (must, got) => {
    throw new BackendError({
      where: `checkPlan, ${place}`,
      must,
      got,
      todo: "fix the lowering or placement that made this plan (printPlan shows it)",
    });
  };
}
