/**
 * Returns places near the wanted ones that are at least `gap` apart and between two bounds.
 *
 * The sum of squared moves is the least (isotonic regression by pooling of neighbours). Places that do not fit between the bounds
 * are spread evenly beyond the upper one.
 */
export function apart(
  wanted: readonly number[],
  gap: number,
  [from, to]: readonly [number, number],
): number[] {
  const order = wanted.map((_, at) => at).sort((a, b) => (wanted[a] ?? 0) - (wanted[b] ?? 0));
  // Without the gaps, the places must only not fall.
  const pools: { sum: number; count: number }[] = [];
  const middle = ({ sum, count }: { sum: number; count: number }) => sum / count;
  order.forEach((at, rank) => {
    pools.push({ sum: (wanted[at] ?? 0) - rank * gap, count: 1 });
    for (;;) {
      const [below, last] = [pools.at(-2), pools.at(-1)];
      if (below === undefined || last === undefined || middle(below) <= middle(last)) break;
      pools.splice(-2, 2, { sum: below.sum + last.sum, count: below.count + last.count });
    }
  });
  const highest = to - (wanted.length - 1) * gap;
  const places = pools.flatMap((pool) => {
    const place = Math.max(from, Math.min(highest, middle(pool)));
    return Array.from({ length: pool.count }, () => place);
  });
  const found = new Array<number>(wanted.length);
  order.forEach((at, rank) => {
    found[at] = (places[rank] ?? from) + rank * gap;
  });
  return found;
}
