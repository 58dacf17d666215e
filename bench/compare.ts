/**
 * The largest difference between two answers over the largest value of the first; NaN where there is
 * one in either. Throws where they have different sizes.
 */
export function gapOf(expected: ArrayLike<number>, given: ArrayLike<number>): number {
  if (expected.length !== given.length) {
    throw new Error(`answers must have ${expected.length} values, got ${given.length}`);
  }
  let largest = 0;
  let difference = 0;
  for (let i = 0; i < expected.length; i++) {
    const value = expected[i] as number;
    const gap = Math.abs(value - (given[i] as number));
    if (Number.isNaN(gap)) return gap;
    if (Math.abs(value) > largest) largest = Math.abs(value);
    if (gap > difference) difference = gap;
  }
  return difference / (largest || 1);
}
