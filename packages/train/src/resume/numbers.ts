/** The key in JSON of a number that JSON cannot hold. */
const key = "$number";

/** Returns a value as JSON can hold it. NaN, infinities and −0 become records such as `{ "$number": "NaN" }`. */
export function plainNumbers(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, one: unknown) => {
      const odd = typeof one === "number" && (!Number.isFinite(one) || Object.is(one, -0));
      return odd ? { [key]: Object.is(one, -0) ? "-0" : String(one) } : one;
    }),
  );
}

/** Returns the value from which `plainNumbers` made another. */
export function readNumbers(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(readNumbers);
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first?.[0] === key) return Number(first[1]);
  return Object.fromEntries(entries.map(([name, one]) => [name, readNumbers(one)]));
}
