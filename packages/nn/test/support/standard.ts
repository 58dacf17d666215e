/** (x − μ)/√(σ² + ε) over the places that have one key, by loops; a mean of null is 0. */
export function standardBy(
  x: ArrayLike<number>,
  keyOf: (i: number) => string | number,
  epsilon: number,
  centre = true,
): number[] {
  const groups = new Map<string | number, number[]>();
  for (let i = 0; i < x.length; i++) {
    const group = groups.get(keyOf(i)) ?? [];
    group.push(i);
    groups.set(keyOf(i), group);
  }
  const found = new Array<number>(x.length).fill(Number.NaN);
  for (const places of groups.values()) {
    const values = places.map((i) => x[i] as number);
    const mean = centre ? values.reduce((a, b) => a + b, 0) / values.length : 0;
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length;
    for (const i of places) found[i] = ((x[i] as number) - mean) / Math.sqrt(variance + epsilon);
  }
  return found;
}
