import { checkNames, GraphError } from "@metrigrad/tensor";

/** Throws GraphError if a number is outside its range. The error names the number. */
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
      got: shown(value),
      todo: isSchedule(value)
        ? `pass it beside a number: { ${name}: 0.1, schedule: … }`
        : `pass { ${name}: … } within it`,
    });
  }
}

function isSchedule(value: unknown): boolean {
  return typeof (value as { readonly factor?: unknown } | null)?.factor === "function";
}

function shown(value: unknown): string {
  if (isSchedule(value)) return "a schedule";
  if (typeof value === "object" && value !== null) {
    return Array.isArray(value) ? "a list" : "an object";
  }
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

function rangeText(low: number, high: number): string {
  if (high < Number.MAX_SAFE_INTEGER) {
    // Numbers next to 0 and 1 stand for open ends.
    const from = low > 0 && low <= Number.EPSILON ? "(0" : `[${low}`;
    const to = high === 1 - Number.EPSILON ? "1)" : `${high}]`;
    return `a number in ${from}, ${to}`;
  }
  return low === Number.MIN_VALUE ? "a finite number > 0" : `a finite number ≥ ${low}`;
}

/** Throws GraphError if a number is not whole. The error names the number. */
export function checkWhole(where: string, settings: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(settings)) {
    if (Number.isInteger(value)) continue;
    throw new GraphError({
      where,
      must: `${name} must be a whole number`,
      got: String(value),
      todo: `pass { ${name}: ${Math.max(1, Math.round(value))} }`,
    });
  }
}

/** Throws GraphError if the settings are not an object, or if they have an unknown name. */
export function checkKnown(where: string, settings: unknown, known: readonly string[]): void {
  checkNames(where, settings, known, GraphError);
}

/**
 * Returns the settings, with defaults for those that are left out or undefined. Throws GraphError for an unknown
 * name.
 */
export function withDefaults<T extends object>(where: string, given: Partial<T>, defaults: T): T {
  checkKnown(where, given, Object.keys(defaults));
  const known = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(known) };
}

/** Throws GraphError if the value is not a boolean. Use it for settings whose default is false. */
export function checkFlag(where: string, name: string, value: unknown): void {
  if (typeof value === "boolean") return;
  throw new GraphError({
    where,
    must: `${name} must be true or false`,
    got: JSON.stringify(value) ?? String(value),
    todo: "leave it out for false",
  });
}

/** Throws GraphError if the value is not an optimizer. */
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
