import type { LawOrigins, ResponsePart, RowLaw } from "./law.ts";

/** The members of a law of rows that are written. Its parts follow from them. */
export type RowLawMembers = Omit<RowLaw, "parts" | "given" | "terms" | "targets">;

const given = "closed form";

/** The origins of a law that predicts a typical response. The most probable response may lie at the end of the support. */
export const typical: LawOrigins = Object.freeze({
  fisher: given,
  fisherRoot: given,
  kl: given,
  sample: given,
  predict: "centre",
});

/**
 * Makes a law of rows. It is its own only part, and nothing of its y can be held fixed.
 *
 * @param members - The density, the draws and the information.
 * @returns The frozen law.
 */
export function rowLaw<M extends RowLawMembers>(members: M): RowLaw & Pick<M, "kl"> {
  // `this` takes the place of the law made here, so that a copy with other members is its own part too.
  const law: RowLaw = {
    ...members,
    parts(this: RowLaw, natural): readonly ResponsePart[] {
      return [{ law: this, natural, weights: null }];
    },
    given(this: RowLaw): RowLaw {
      return this;
    },
  };
  return Object.freeze(law) as RowLaw & Pick<M, "kl">;
}
