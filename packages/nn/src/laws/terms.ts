import { type Node, sum } from "@metrigrad/graph";
import type { Law, LawTerms, TargetPart } from "./law.ts";

/** The responses of a sample one by one: [n] for laws that have one. */
export function termsOf<H, Y>(law: Law<H, Y>): LawTerms<H, Y> {
  const { kl } = law;
  return law.terms ?? { logProb: (y, h) => law.logProb(y, h), kl };
}

/** Sums over the responses of a sample: [n, a…] → [n]. */
export function summed(each: Node): Node {
  const axes = each.shape.map((_, axis) => axis).slice(1);
  return axes.length === 0 ? each : sum(each, { axis: axes });
}

/** Observed values of a law by its parts; those of a law of rows are one part. */
export function targetsOf(
  law: Pick<Law, "name" | "support" | "targets">,
  targets: unknown,
  widths: unknown,
): readonly TargetPart[] {
  if (law.targets !== undefined) return law.targets(targets, widths);
  const [values, width] = [targets as TargetPart["values"], widths as number];
  return [{ path: "", law, values, width, counts: [] }];
}

/** A part of the part of that name. */
export function under(name: string, part: TargetPart): TargetPart {
  return { ...part, path: part.path === "" ? name : `${name}/${part.path}` };
}
