import type { LawOrigins, ResponsePart, RowLaw } from "./law.ts";

/** What is written of a law of rows; its parts follow. */
export type RowLawMembers = Omit<RowLaw, "parts" | "given" | "terms" | "targets">;

const given = "closed form";

/** Of a law that predicts a typical response and not surely the most probable one, which may lie at the end of its support. */
export const typical: LawOrigins = Object.freeze({
  fisher: given,
  fisherRoot: given,
  kl: given,
  sample: given,
  predict: "centre",
});

/**
 * Makes a law of rows: it is its own only part, and nothing of its y can be held fixed.
 *
 * @param members - Density, draws and information.
 * @returns The frozen law.
 */
export function rowLaw<M extends RowLawMembers>(members: M): RowLaw & Pick<M, "kl"> {
  // `this` and not the law made here: a copy with other members is then its own part too.
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
