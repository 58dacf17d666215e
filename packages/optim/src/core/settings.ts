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

/** Throws GraphError for what is neither true nor false; the default is false. */
export function checkFlag(where: string, name: string, value: unknown): void {
  if (typeof value === "boolean") return;
  throw new GraphError({
    where,
    must: `${name} must be true or false`,
    got: String(value),
    todo: "leave it out for false",
  });
}

/** Throws GraphError for what is no optimizer. */
export function checkOptimizer(where: string, optimizer: unknown): void {
  const given = optimizer as { readonly update?: unknown } | null | undefined;
  if (typeof given?.update === "function") return;
  throw new GraphError({
    where,
    must: "its first argument must be an optimizer",
    got: typeof optimizer,
    todo: `call one: ${where}(adam())`,
  });
}
