import { GraphError } from "@metrigrad/tensor";
import type { Law } from "./law.ts";
import { folded, leadOf, nodesOf, unfolded } from "./nodes.ts";
import { summed, targetsOf, termsOf } from "./terms.ts";

/**
 * Makes the law of several independent responses per sample, along axes behind that of the samples.
 *
 * With a law of rows, h is [n, a…, m] and y has the same first axes. ln p [n] is the sum over a sample's responses.
 *
 * {@includeCode ../../../../examples/api/nn/independent.ts#example}
 *
 * @param law - The law of one response.
 * @param axes - The number of axes that count the responses of a sample; 1 by default.
 * @returns The law of all responses of a sample. Its parts have n·a… rows.
 * @throws {@link GraphError} if `axes` is not a positive integer.
 * @category Laws and losses
 */
export function independent<H, Y>(law: Law<H, Y>, axes = 1): Law<H, Y> {
  if (!(Number.isInteger(axes) && axes > 0)) {
    throw new GraphError({
      where: "independent",
      must: "axes must be a positive integer",
      got: String(axes),
      todo: "leave it out for one axis of responses",
    });
  }
  const name = axes === 1 ? `independent(${law.name})` : `independent(${law.name}, ${axes})`;
  const inner = termsOf(law);
  /** Returns n and the sizes of the axes. */
  const lead = (...trees: readonly unknown[]) => leadOf(name, trees.flatMap(nodesOf), 1 + axes);
  const terms: Law<H, Y>["terms"] = {
    logProb: (y, h) => {
      const sizes = lead(h, y);
      return unfolded(inner.logProb(folded(y, sizes), folded(h, sizes)), sizes);
    },
    kl:
      inner.kl === null
        ? null
        : (h, other) => {
            const sizes = lead(h, other);
            const each = inner.kl?.(folded(h, sizes), folded(other, sizes));
            return unfolded(each as NonNullable<typeof each>, sizes);
          },
  };
  const { kl } = terms;
  return Object.freeze({
    name,
    logProb: (y, h) => summed(terms.logProb(y, h)),
    sample: (h, key) => {
      const sizes = lead(h);
      return unfolded(law.sample(folded(h, sizes), key), sizes);
    },
    predict: (h) => {
      const sizes = lead(h);
      return unfolded(law.predict(folded(h, sizes)), sizes);
    },
    kl: kl === null ? null : (h, other) => summed(kl(h, other)),
    support: law.support,
    isDensity: law.isDensity ?? true,
    parts: (h) => law.parts(folded(h, lead(h))),
    given: (y) => independent(law.given(folded(y, lead(y))), axes),
    terms,
    targets: (targets, widths) => targetsOf(law, targets, widths),
  } satisfies Law<H, Y>);
}
