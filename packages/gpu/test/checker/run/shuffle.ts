let state = 12345;

/** Brings a list into another order, the same ones in every process. */
export function shuffle<T>(list: T[]): T[] {
  for (let k = list.length - 1; k > 0; k--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = Math.floor((state / 2 ** 32) * (k + 1));
    [list[k], list[other]] = [list[other] as T, list[k] as T];
  }
  return list;
}
