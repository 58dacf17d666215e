import { BackendError } from "../../errors.ts";

/** Throws the error of a plan that breaks a contract. */
export type Refuse = (must: string, got: string) => never;

/** A refusal that names the place in the plan. */
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
