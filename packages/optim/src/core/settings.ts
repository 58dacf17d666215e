import { GraphError } from "@metrigrad/tensor";

/** Checks numbers that an optimizer was given. Throws GraphError naming the one that is off. */
export function checkSettings(
  where: string,
  settings: Readonly<Record<string, number>>,
  holds: Readonly<Record<string, readonly [low: number, high: number]>>,
): void {
  for (const [name, [low, high]] of Object.entries(holds)) {
    const value = settings[name] as number;
    if (value >= low && value <= high) continue;
    throw new GraphError({
      where,
      must: `${name} must be a number in [${low}, ${high}]`,
      got: String(value),
      todo: `pass { ${name}: … } within it`,
    });
  }
}
