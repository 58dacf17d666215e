/** A block's claimed matrix beside the one of the definition, both [K, K]. */
export interface Compared {
  readonly claimed: Float64Array;
  readonly found: Float64Array;
  /** What each of the K elements is. */
  readonly names: readonly string[];
  /** Units: element k belongs to unit k mod m. */
  readonly m: number;
}

/** Largest difference relative to the largest element of the definition. */
export function largestError({ claimed, found }: Pick<Compared, "claimed" | "found">): number {
  const scale = Math.max(...found.map(Math.abs), Number.MIN_VALUE);
  return found.reduce((worst, value, i) => {
    const error = Math.abs(value - (claimed[i] as number)) / scale;
    return error <= worst ? worst : error;
  }, 0);
}

/**
 * What is wrong with a claimed matrix, in words: a factor that all of it is off by, entries between
 * units that are missing, or the worst entry.
 */
export function diagnosis(compared: Compared, tolerance: number): string {
  const { claimed, found, names, m } = compared;
  const size = names.length;
  const factor = dot(claimed, found) / dot(found, found);
  const scaled = found.map((value) => factor * value);
  if (factor !== 0 && largestError({ claimed, found: scaled }) <= tolerance * Math.abs(factor)) {
    return `all of it is ${factor.toPrecision(digits(factor, 1))} times what it must be`;
  }
  const within = (i: number) => Math.floor(i / size) % m === (i % size) % m;
  const inside = claimed.map((value, i) => (within(i) ? value : (found[i] as number)));
  const between = m > 1 && largestError({ claimed: inside, found }) <= tolerance;
  const worst = found.reduce((at, value, i) => {
    const off = (k: number, right: number) => Math.abs(right - (claimed[k] as number));
    return off(i, value) > off(at, found[at] as number) ? i : at;
  }, 0);
  const pair = `(${names[Math.floor(worst / size)]}, ${names[worst % size]})`;
  const [is, must] = [claimed[worst] as number, found[worst] as number];
  const entry = `${pair} is ${show(is, must)}, must be ${show(must, is)}`;
  return between ? `only entries between units are off: ${entry}` : `worst entry: ${entry}`;
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);
}

function show(value: number, other: number): string {
  return Number(value.toPrecision(digits(value, other))).toString();
}

/** Four digits, or as many as tell a number from another one. */
function digits(value: number, other: number): number {
  const apart = Math.abs(value - other) / Math.max(Math.abs(value), Math.abs(other));
  const enough = apart > 0 && apart < 1 ? 1 - Math.floor(Math.log10(apart)) : 4;
  return Math.min(Math.max(enough, 4), 17);
}
