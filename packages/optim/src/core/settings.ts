import { checkNames, GraphError } from "@metrigrad/tensor";

/** Checks numbers that an optimizer was given. Throws GraphError naming the one that is off. */
export function checkSettings(
  where: string,
  settings: Readonly<Record<string, number>>,
  holds: Readonly<Record<string, readonly [low: number, high: number]>>,
): void {
  for (const [name, [low, high]] of Object.entries(holds)) {
    const value: unknown = settings[name];
    if (typeof value === "number" && value >= low && value <= high) continue;
    throw new GraphError({
      where,
      must: `${name} must be ${rangeText(low, high)}`,
      got: typeof value === "string" ? JSON.stringify(value) : String(value),
      todo: `pass { ${name}: … } within it`,
    });
  }
}

function rangeText(low: number, high: number): string {
  if (high < Number.MAX_SAFE_INTEGER) return `a number in [${low}, ${high}]`;
  return low === Number.MIN_VALUE ? "a finite number > 0" : `a finite number ≥ ${low}`;
}

/** Throws GraphError unless settings are an object of known names. */
export function checkKnown(where: string, settings: unknown, known: readonly string[]): void {
  checkNames(where, settings, known, GraphError);
}

/** Settings with defaults for what is left out or undefined. Throws GraphError for unknown names. */
export function withDefaults<T extends object>(where: string, given: Partial<T>, defaults: T): T {
  checkKnown(where, given, Object.keys(defaults));
  const known = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(known) };
}
