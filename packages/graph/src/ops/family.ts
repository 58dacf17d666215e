import type { Unary } from "./elementwise.ts";

/** Makes one op for each parameter. The same parameter returns the same op. */
export function family(
  name: string,
  make: (parameter: number) => Unary,
): (parameter: number) => Unary;
/** The parameter has a default. */
export function family(
  name: string,
  make: (parameter: number) => Unary,
  fallback: number,
): (parameter?: number) => Unary;
export function family(
  name: string,
  make: (parameter: number) => Unary,
  fallback = Number.NaN,
): (parameter?: number) => Unary {
  const made = new Map<number, Unary>();
  const member = (parameter = fallback) => {
    const known = made.get(parameter) ?? make(parameter);
    made.set(parameter, known);
    return known;
  };
  return Object.defineProperty(member, "name", { value: name });
}
