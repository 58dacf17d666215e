import { type Node, sum } from "@metrigrad/graph";
import type { Law, LawTerms, TargetPart } from "./law.ts";

/** Returns the log-densities and divergences of the responses of a sample, one by one: [n] for laws with one response. */
export function termsOf<H, Y>(law: Law<H, Y>): LawTerms<H, Y> {
  const { kl } = law;
  return law.terms ?? { logProb: (y, h) => law.logProb(y, h), kl };
}

/** Returns the sums over the responses of a sample: [n, a…] → [n]. */
export function summed(each: Node): Node {
  const axes = each.shape.map((_, axis) => axis).slice(1);
  return axes.length === 0 ? each : sum(each, { axis: axes });
}

/** Returns the observed values of a law by its parts. Those of a law of rows are one part. */
export function targetsOf(
  law: Pick<Law, "name" | "support" | "targets">,
  targets: unknown,
  widths: unknown,
): readonly TargetPart[] {
  if (law.targets !== undefined) return law.targets(targets, widths);
  const [values, width] = [targets as TargetPart["values"], widths as number];
  return [{ path: "", law, values, width, counts: [] }];
}

/** Returns a part with a name in front of its path. */
export function under(name: string, part: TargetPart): TargetPart {
  return { ...part, path: part.path === "" ? name : `${name}/${part.path}` };
}
