import type { AnyModule, ModuleExample } from "@metrigrad/nn";
import { MetricError } from "@metrigrad/tensor";
import { describedName, type Metric } from "../core/defMetric.ts";
import { inputWidth } from "../core/inputWidth.ts";

/** Arguments with which small modules of an unknown kind are tried, in this order. */
const guesses: readonly (readonly unknown[])[] = [
  [],
  [2, 2],
  [2],
  [{ inputs: 2, outputs: 2, features: 2, units: 2, size: 2 }],
];

/**
 * Small modules to check a metric on: those that it names, the one that it describes, or one made
 * with small sizes. Throws MetricError where none of these works.
 */
export function examplesOf({ of, example }: Metric): readonly Partial<ModuleExample>[] {
  const own = example ?? ("spec" in of ? of.spec.example : null) ?? null;
  if (own !== null) return [own()].flat();
  if ("definition" in of) return [{ module: of as AnyModule }];
  const make = of as unknown as (...args: readonly unknown[]) => AnyModule;
  for (const args of guesses) {
    const made = attempt(() => make(...args));
    if (made !== null) return [{ module: made }];
  }
  const name = describedName(of);
  throw new MetricError({
    where: `checkMetric of ${name}`,
    must: "there must be a small module to check it on",
    got: `none that ${guesses.map((args) => `${name}(${args.map(show).join(", ")})`).join(" or ")} makes`,
    todo: `pass { module: ${name}(…), inputs }, or give the metric \`example: () => ${name}(…)\``,
  });
}

function show(value: unknown): string {
  return typeof value === "number" ? String(value) : "{ inputs: 2, outputs: 2, … }";
}

/** What is made, where it is a module that some rows fit. */
function attempt(make: () => AnyModule): AnyModule | null {
  try {
    const made = make();
    return inputWidth(made) === null ? null : made;
  } catch {
    return null;
  }
}
