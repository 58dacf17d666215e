/** Known names that differ from a name by a few letters, the nearest ones first. */
export function near(name: string, known: readonly string[]): string[] {
  const most = Math.max(1, Math.ceil(name.length / 3));
  return known
    .map((one) => ({ one, far: distance(name.toLowerCase(), one.toLowerCase()) }))
    .filter(({ one, far }) => far <= most || (name.length > 1 && one.startsWith(name)))
    .sort((a, b) => a.far - b.far)
    .map(({ one }) => one)
    .slice(0, 3);
}

/** "did you mean train? " where a known name is near, else nothing. */
export function didYouMean(name: string, known: readonly string[]): string {
  const found = near(name, known);
  return found.length === 0 ? "" : `did you mean ${found.join(", or ")}? `;
}

/** Letters to add, drop, replace or swap with their neighbour (Damerau 1964, optimal string alignment). */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number) => rows[i]?.[j] as number;
  for (let i = 1; i <= a.length; i++) {
    rows.push([i]);
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const least = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + same);
      rows[i]?.push(swapped ? Math.min(least, at(i - 2, j - 2) + 1) : least);
    }
  }
  return at(a.length, b.length);
}
